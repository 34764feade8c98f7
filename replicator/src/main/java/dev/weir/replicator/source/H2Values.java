package dev.weir.replicator.source;

import dev.weir.log.ArrayValue;
import dev.weir.log.LargeValue;
import dev.weir.log.RowValue;
import java.io.InputStream;
import java.io.Reader;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import org.h2.engine.SessionLocal;
import org.h2.message.DbException;
import org.h2.util.JSR310Utils;
import org.h2.value.Value;
import org.h2.value.ValueArray;
import org.h2.value.ValueLob;
import org.h2.value.ValueRow;
import org.h2.value.ValueUuid;
import org.jspecify.annotations.Nullable;

/** H2's own values in the form of the log, the same that reading them through JDBC gives. Thread-safe: holds nothing. */
final class H2Values {
    private H2Values() {}

    /** @throws SQLException 0A000 if the log has no form for the value */
    static @Nullable Object toLogged(Value value, SessionLocal session) throws SQLException {
        try {
            return convert(value, session);
        } catch (DbException e) {
            throw e.getSQLException();
        }
    }

    private static @Nullable Object convert(Value value, SessionLocal session) throws SQLException {
        if (value.getValueType() == Value.NULL) {
            return null;
        }
        return switch (value.getValueType()) {
            case Value.BOOLEAN -> value.getBoolean();
            case Value.TINYINT, Value.SMALLINT, Value.INTEGER -> value.getInt();
            case Value.BIGINT -> value.getLong();
            case Value.REAL -> value.getFloat();
            case Value.DOUBLE -> value.getDouble();
            case Value.NUMERIC -> value.getBigDecimal();
            case Value.BLOB -> bytes((ValueLob) value);
            case Value.CLOB -> text((ValueLob) value);
            case Value.BINARY, Value.VARBINARY, Value.JSON, Value.GEOMETRY, Value.JAVA_OBJECT -> value.getBytes();
            case Value.DATE -> JSR310Utils.valueToLocalDate(value, session);
            case Value.TIME -> JSR310Utils.valueToLocalTime(value, session);
            case Value.TIME_TZ -> JSR310Utils.valueToOffsetTime(value, session);
            case Value.TIMESTAMP -> JSR310Utils.valueToLocalDateTime(value, session);
            case Value.TIMESTAMP_TZ -> JSR310Utils.valueToOffsetDateTime(value, session);
            case Value.UUID -> ((ValueUuid) value).getUuid();
            case Value.ARRAY -> new ArrayValue(elements((ValueArray) value, session));
            case Value.ROW -> new RowValue(all(((ValueRow) value).getList(), session));
            default -> value.getString();
        };
    }

    private static Object bytes(ValueLob lob) {
        return lob.octetLength() <= LargeValue.LIMIT ? lob.getBytes() : new Binary(lob);
    }

    private static Object text(ValueLob lob) {
        return lob.charLength() <= LargeValue.LIMIT ? lob.getString() : new Text(lob);
    }

    private record Binary(ValueLob lob) implements LargeValue.Bytes {
        @Override
        public InputStream open() {
            return lob.getInputStream();
        }
    }

    private record Text(ValueLob lob) implements LargeValue.Text {
        @Override
        public Reader open() {
            return lob.getReader();
        }
    }

    private static List<@Nullable Object> elements(ValueArray array, SessionLocal session) throws SQLException {
        if (array.getComponentType().getValueType() == Value.ROW) {
            // No parameter can carry it: H2 does not find the type of ROW(?) inside ARRAY[].
            throw new SQLFeatureNotSupportedException(
                    "A value of type ROW ARRAY cannot be replicated; use another type for the column", "0A000");
        }
        return all(array.getList(), session);
    }

    /** A value within another, which is in memory as a whole. */
    private static @Nullable Object inline(Value value, SessionLocal session) throws SQLException {
        return switch (value.getValueType()) {
            case Value.BLOB -> value.getBytes();
            case Value.CLOB -> value.getString();
            default -> convert(value, session);
        };
    }

    private static List<@Nullable Object> all(Value[] values, SessionLocal session) throws SQLException {
        List<@Nullable Object> logged = new ArrayList<>(values.length);
        for (Value value : values) {
            logged.add(inline(value, session));
        }
        return logged;
    }
}
