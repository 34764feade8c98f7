package dev.weir.capture;

import dev.weir.forward.ForwardingResultSet;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The generated keys that an application asked for: the first columns of a result that has more. Confined to one connection. */
final class LeadingColumns implements ForwardingResultSet {
    private final ResultSet rows;
    private final Statement statement;
    private final int columns;

    LeadingColumns(ResultSet rows, Statement statement, int columns) {
        this.rows = rows;
        this.statement = statement;
        this.columns = columns;
    }

    @Override
    public ResultSet delegate() {
        return rows;
    }

    @Override
    public Statement getStatement() {
        return statement;
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        ResultSetMetaData all = rows.getMetaData();
        return (ResultSetMetaData) Proxy.newProxyInstance(
                LeadingColumns.class.getClassLoader(),
                new Class<?>[] {ResultSetMetaData.class},
                (proxy, method, arguments) -> method.getName().equals("getColumnCount")
                        ? Integer.valueOf(columns)
                        : invoke(all, method, arguments));
    }

    private static @Nullable Object invoke(ResultSetMetaData target, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return rows.isClosed();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : rows.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || rows.isWrapperFor(type);
    }
}
