package dev.weir.log;

import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exact transfer of H2 values between JDBC and the Java types that {@link ValueCodec} lists. Thread-safe. */
public final class Values {
    private Values() {}

    /**
     * Reads a column without loss.
     *
     * @param type how to read it, from {@link ValueType#of}
     * @throws SQLException 0A000 if the log has no form for the type; else as H2 reports
     */
    public static @Nullable Object read(ResultSet rows, int column, ValueType type) throws SQLException {
        return switch (type) {
            case INTEGER -> orNull(rows, rows.getInt(column));
            case BIGINT -> orNull(rows, rows.getLong(column));
            case BOOLEAN -> orNull(rows, rows.getBoolean(column));
            case REAL -> orNull(rows, rows.getFloat(column));
            case DOUBLE -> orNull(rows, rows.getDouble(column));
            case NUMERIC -> rows.getBigDecimal(column);
            case TEXT -> rows.getString(column);
            case BYTES -> rows.getBytes(column);
            case CLOB -> LobValues.of(rows.getClob(column));
            case BLOB -> LobValues.of(rows.getBlob(column));
            case DATE -> rows.getObject(column, LocalDate.class);
            case TIME -> rows.getObject(column, LocalTime.class);
            case TIME_OFFSET -> rows.getObject(column, OffsetTime.class);
            case TIMESTAMP -> rows.getObject(column, LocalDateTime.class);
            case TIMESTAMP_OFFSET -> rows.getObject(column, OffsetDateTime.class);
            case UUID -> rows.getObject(column, UUID.class);
            case ARRAY -> readArray(rows, column);
            case ROW -> readRow(rows, column);
            case NULL -> null;
        };
    }

    /** About how many bytes of memory a row takes, give or take its small values. */
    public static long estimate(@Nullable Object[] row) {
        return ValueCodec.estimate(row);
    }

    private static @Nullable Object orNull(ResultSet rows, Object value) throws SQLException {
        return rows.wasNull() ? null : value;
    }

    /** How a value within another is read, which is in memory as a whole. */
    private static ValueType inline(ValueType type) {
        return switch (type) {
            case CLOB -> ValueType.TEXT;
            case BLOB -> ValueType.BYTES;
            default -> type;
        };
    }

    private static @Nullable Object readArray(ResultSet rows, int column) throws SQLException {
        Array array = rows.getArray(column);
        if (array == null) {
            return null;
        }
        List<@Nullable Object> elements = new ArrayList<>();
        try (ResultSet items = array.getResultSet()) {
            ValueType type = ValueType.of(items.getMetaData().getColumnTypeName(2));
            if (type == ValueType.ROW) {
                // No parameter can carry it: H2 does not find the type of ROW(?) inside ARRAY[].
                throw ValueType.unsupported("ROW ARRAY");
            }
            while (items.next()) {
                elements.add(read(items, 2, inline(type)));
            }
        } finally {
            array.free();
        }
        return new ArrayValue(elements);
    }

    private static @Nullable Object readRow(ResultSet rows, int column) throws SQLException {
        ResultSet row = (ResultSet) rows.getObject(column);
        if (row == null) {
            return null;
        }
        try (row) {
            List<@Nullable Object> fields = new ArrayList<>();
            int count = row.getMetaData().getColumnCount();
            row.next();
            for (int i = 1; i <= count; i++) {
                fields.add(read(row, i, inline(ValueType.of(row.getMetaData().getColumnTypeName(i)))));
            }
            return new RowValue(fields);
        }
    }

    /**
     * Binds a value at the place that {@link #placeholder} gave it; a {@link RowValue} takes as many parameters as it has fields.
     *
     * @return the index of the next parameter
     */
    public static int bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof RowValue row) {
            return bindAll(statement, index, row.fields());
        } else if (value instanceof ArrayValue array) {
            statement.setObject(index, toJdbc(array));
        } else if (value instanceof String text) {
            statement.setString(index, text);
        } else if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Long number) {
            statement.setLong(index, number);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof BigDecimal number) {
            statement.setBigDecimal(index, number);
        } else if (value instanceof LargeValue large) {
            bindLarge(statement, index, large);
        } else {
            statement.setObject(index, value);
        }
        return index + 1;
    }

    private static void bindLarge(PreparedStatement statement, int index, LargeValue value) throws SQLException {
        try {
            if (value instanceof LargeValue.Bytes bytes) {
                statement.setBinaryStream(index, bytes.open());
            } else if (value instanceof LargeValue.Text text) {
                statement.setCharacterStream(index, text.open());
            }
        } catch (IOException e) {
            throw new SQLNonTransientException("A large value cannot be read: " + e.getMessage(), "58030", e);
        }
    }

    private static int bindAll(PreparedStatement statement, int index, List<@Nullable Object> values)
            throws SQLException {
        int next = index;
        for (Object value : values) {
            next = bind(statement, next, value);
        }
        return next;
    }

    /** The SQL in which the value's parameters stand: {@code ?} for all but a row. */
    public static String placeholder(@Nullable Object value) {
        if (!(value instanceof RowValue row)) {
            return "?";
        }
        List<String> fields = new ArrayList<>();
        for (Object field : row.fields()) {
            fields.add(placeholder(field));
        }
        return "ROW(" + String.join(", ", fields) + ")";
    }

    private static @Nullable Object[] toJdbc(ArrayValue array) {
        @Nullable Object[] elements = new @Nullable Object[array.elements().size()];
        for (int i = 0; i < elements.length; i++) {
            Object element = array.elements().get(i);
            elements[i] = element instanceof ArrayValue inner ? toJdbc(inner) : element;
        }
        return elements;
    }
}
