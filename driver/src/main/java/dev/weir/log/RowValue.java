package dev.weir.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of an SQL ROW, each a value as {@link ValueCodec} lists them. Immutable by convention. */
public record RowValue(List<@Nullable Object> fields) {}
