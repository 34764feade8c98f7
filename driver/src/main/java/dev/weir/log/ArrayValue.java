package dev.weir.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The elements of an SQL ARRAY, each a value as {@link ValueCodec} lists them. Immutable by convention. */
public record ArrayValue(List<@Nullable Object> elements) {}
