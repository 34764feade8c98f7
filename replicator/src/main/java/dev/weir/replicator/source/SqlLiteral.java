package dev.weir.replicator.source;

import dev.weir.log.ArrayValue;
import dev.weir.log.LargeValue;
import dev.weir.log.RowValue;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Logged values as H2 would read them in a text. Pure. */
public final class SqlLiteral {
    private SqlLiteral() {}

    /** The literal; binary values, JSON and geometries by their bytes. */
    public static String of(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        } else if (value instanceof String text) {
            return "'" + text.replace("'", "''") + "'";
        } else if (value instanceof byte[] bytes) {
            return "X'" + HexFormat.of().formatHex(bytes) + "'";
        } else if (value instanceof LargeValue) {
            return "NULL /* a large value, left out here */";
        } else if (value instanceof UUID uuid) {
            return "UUID '" + uuid + "'";
        } else if (value instanceof LocalDate date) {
            return "DATE '" + date + "'";
        } else if (value instanceof LocalTime time) {
            return "TIME '" + time + "'";
        } else if (value instanceof OffsetTime time) {
            return "TIME WITH TIME ZONE '" + time + "'";
        } else if (value instanceof LocalDateTime timestamp) {
            return "TIMESTAMP '" + timestamp.toString().replace('T', ' ') + "'";
        } else if (value instanceof OffsetDateTime timestamp) {
            return "TIMESTAMP WITH TIME ZONE '" + timestamp.toString().replace('T', ' ') + "'";
        } else if (value instanceof ArrayValue array) {
            return "ARRAY[" + all(array.elements()) + "]";
        } else if (value instanceof RowValue row) {
            return "ROW(" + all(row.fields()) + ")";
        }
        return String.valueOf(value);
    }

    private static String all(List<@Nullable Object> values) {
        return values.stream().map(SqlLiteral::of).collect(Collectors.joining(", "));
    }
}
