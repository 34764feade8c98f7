package dev.weir.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What an application has set on a statement, so that its statement on each node is given the same. Confined to one connection. */
final class StatementSettings {
    private @Nullable Integer fetchSize;
    private @Nullable Integer fetchDirection;
    private @Nullable Integer maxFieldSize;
    private @Nullable Long maxRows;
    private @Nullable Integer queryTimeout;
    private @Nullable Boolean escapeProcessing;
    private @Nullable Boolean poolable;
    private @Nullable String cursorName;

    /** A change to remember and to make on statements that exist already. */
    @FunctionalInterface
    interface Change {
        void on(Statement statement) throws SQLException;
    }

    Change fetchSize(int rows) {
        fetchSize = rows;
        return statement -> statement.setFetchSize(rows);
    }

    Change fetchDirection(int direction) {
        fetchDirection = direction;
        return statement -> statement.setFetchDirection(direction);
    }

    Change maxFieldSize(int bytes) {
        maxFieldSize = bytes;
        return statement -> statement.setMaxFieldSize(bytes);
    }

    Change maxRows(long rows) {
        maxRows = rows;
        return statement -> setMaxRows(statement, rows);
    }

    Change queryTimeout(int seconds) {
        queryTimeout = seconds;
        return statement -> statement.setQueryTimeout(seconds);
    }

    Change escapeProcessing(boolean on) {
        escapeProcessing = on;
        return statement -> statement.setEscapeProcessing(on);
    }

    Change poolable(boolean on) {
        poolable = on;
        return statement -> statement.setPoolable(on);
    }

    Change cursorName(String name) {
        cursorName = name;
        return statement -> statement.setCursorName(name);
    }

    @Nullable Integer fetchSize() {
        return fetchSize;
    }

    @Nullable Integer fetchDirection() {
        return fetchDirection;
    }

    @Nullable Integer maxFieldSize() {
        return maxFieldSize;
    }

    @Nullable Long maxRows() {
        return maxRows;
    }

    @Nullable Integer queryTimeout() {
        return queryTimeout;
    }

    @Nullable Boolean poolable() {
        return poolable;
    }

    /** Makes everything that was set on a new statement. */
    void applyTo(Statement statement) throws SQLException {
        apply(fetchDirection, statement::setFetchDirection);
        apply(maxFieldSize, statement::setMaxFieldSize);
        // Before the row limit, which H2 does not let the fetch size exceed once it is set.
        apply(fetchSize, statement::setFetchSize);
        apply(maxRows, rows -> setMaxRows(statement, rows));
        apply(queryTimeout, statement::setQueryTimeout);
        apply(escapeProcessing, statement::setEscapeProcessing);
        apply(poolable, statement::setPoolable);
        apply(cursorName, statement::setCursorName);
    }

    private interface Setter<T> {
        void set(T value) throws SQLException;
    }

    private static <T> void apply(@Nullable T value, Setter<T> setter) throws SQLException {
        if (value != null) {
            setter.set(value);
        }
    }

    /** The form for few rows is preferred, since not every driver has the other. */
    private static void setMaxRows(Statement statement, long rows) throws SQLException {
        if (rows <= Integer.MAX_VALUE) {
            statement.setMaxRows((int) rows);
        } else {
            statement.setLargeMaxRows(rows);
        }
    }
}
