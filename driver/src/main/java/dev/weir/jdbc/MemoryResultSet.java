package dev.weir.jdbc;

import dev.weir.forward.ForwardingResultSet;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/**
 * Rows held in memory, read from first to last: the answer to a command that Weir answers itself. Methods that such rows have no use
 * for fail with 0A000. Confined to one connection.
 */
@NullUnmarked
final class MemoryResultSet implements ForwardingResultSet {
    private final MemoryColumns columns;
    private final List<@Nullable Object[]> rows;
    private int row;
    private boolean wasNull;
    private boolean closed;

    MemoryResultSet(MemoryColumns columns, List<@Nullable Object[]> rows) {
        this.columns = columns;
        this.rows = rows;
    }

    /** There is no target to forward to. */
    @Override
    public ResultSet delegate() throws SQLException {
        throw Refusal.unsupported("The rows of a Weir command are read-only and read once, from first to last,"
                + " as text, numbers or objects");
    }

    @Override
    public boolean next() throws SQLException {
        checkOpen();
        row = Math.min(row + 1, rows.size() + 1);
        return row <= rows.size();
    }

    @Override
    public int findColumn(String label) throws SQLException {
        checkOpen();
        return columns.indexOf(label);
    }

    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        checkOpen();
        if (row < 1 || row > rows.size()) {
            throw Refusal.invalid("The result set is not on a row; call next() first");
        }
        Object value = rows.get(row - 1)[columns.checked(column) - 1];
        wasNull = value == null;
        return value;
    }

    @Override
    public @Nullable Object getObject(String label) throws SQLException {
        return getObject(findColumn(label));
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
        Object value = getObject(column);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        if (type == String.class) {
            return type.cast(value.toString());
        }
        if (type == Integer.class && value instanceof Number number) {
            return type.cast(number.intValue());
        }
        throw Refusal.invalid(
                "Column " + column + " is a " + value.getClass().getSimpleName() + ", not a " + type.getSimpleName());
    }

    @Override
    public <T> @Nullable T getObject(String label, Class<T> type) throws SQLException {
        return getObject(findColumn(label), type);
    }

    @Override
    public @Nullable String getString(int column) throws SQLException {
        Object value = getObject(column);
        return value == null ? null : value.toString();
    }

    @Override
    public @Nullable String getString(String label) throws SQLException {
        return getString(findColumn(label));
    }

    @Override
    public long getLong(int column) throws SQLException {
        Object value = getObject(column);
        if (value == null) {
            return 0;
        }
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw Refusal.invalid("Column " + column + " is not a number");
    }

    @Override
    public long getLong(String label) throws SQLException {
        return getLong(findColumn(label));
    }

    @Override
    public int getInt(int column) throws SQLException {
        return Math.toIntExact(getLong(column));
    }

    @Override
    public int getInt(String label) throws SQLException {
        return getInt(findColumn(label));
    }

    @Override
    public double getDouble(int column) throws SQLException {
        return getLong(column);
    }

    @Override
    public double getDouble(String label) throws SQLException {
        return getDouble(findColumn(label));
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
        long value = getLong(column);
        return wasNull ? null : BigDecimal.valueOf(value);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(String label) throws SQLException {
        return getBigDecimal(findColumn(label));
    }

    @Override
    public boolean getBoolean(int column) throws SQLException {
        Object value = getObject(column);
        return value instanceof Boolean truth ? truth : value != null && getLong(column) != 0;
    }

    @Override
    public boolean getBoolean(String label) throws SQLException {
        return getBoolean(findColumn(label));
    }

    @Override
    public boolean wasNull() throws SQLException {
        checkOpen();
        return wasNull;
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        checkOpen();
        return columns;
    }

    @Override
    public int getType() throws SQLException {
        checkOpen();
        return TYPE_FORWARD_ONLY;
    }

    @Override
    public int getConcurrency() throws SQLException {
        checkOpen();
        return CONCUR_READ_ONLY;
    }

    @Override
    public int getHoldability() throws SQLException {
        checkOpen();
        return HOLD_CURSORS_OVER_COMMIT;
    }

    @Override
    public int getRow() throws SQLException {
        checkOpen();
        return row > rows.size() ? 0 : row;
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        checkOpen();
        return row == 0 && !rows.isEmpty();
    }

    @Override
    public boolean isFirst() throws SQLException {
        checkOpen();
        return row == 1 && !rows.isEmpty();
    }

    @Override
    public boolean isLast() throws SQLException {
        checkOpen();
        return row == rows.size() && !rows.isEmpty();
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        checkOpen();
        return row > rows.size() && !rows.isEmpty();
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        return 0;
    }

    @Override
    public void setFetchSize(int size) throws SQLException {
        checkOpen();
    }

    @Override
    public int getFetchDirection() throws SQLException {
        checkOpen();
        return FETCH_FORWARD;
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
    }

    @Override
    public @Nullable Statement getStatement() {
        return null;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    private void checkOpen() throws SQLException {
        if (closed) {
            throw Refusal.resultClosed();
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw Refusal.notWrapper(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
