package dev.weir.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The physical statements that one statement of the application has needed, kept for its next execution. Confined to one connection. */
final class PreparedStatements {
    private static final int CAPACITY = 8;

    private final Connection connection;
    private final Map<List<Object>, PreparedStatement> prepared = new LinkedHashMap<>();
    private volatile @Nullable PreparedStatement current;

    PreparedStatements(Connection connection) {
        this.connection = connection;
    }

    /** The one prepared or asked for last, which may be running; another thread may ask so as to cancel it. */
    @Nullable PreparedStatement current() {
        return current;
    }

    /** The statement with the application's own request for keys. */
    PreparedStatement prepare(String sql, KeyRequest keys) throws SQLException {
        PreparedStatement known = prepared.get(List.of(sql, keys));
        PreparedStatement statement = known == null ? add(List.of(sql, keys), keys.prepare(connection, sql)) : known;
        current = statement;
        return statement;
    }

    /** The statement that returns these columns of the rows it leaves. */
    PreparedStatement prepare(String sql, List<String> columns) throws SQLException {
        PreparedStatement known = prepared.get(List.of(sql, columns));
        PreparedStatement statement = known == null
                ? add(List.of(sql, columns), connection.prepareStatement(sql, columns.toArray(new String[0])))
                : known;
        current = statement;
        return statement;
    }

    /** The query whose result can be read twice. */
    PreparedStatement prepareScrollable(String sql) throws SQLException {
        List<Object> key = List.of(sql, ResultSet.TYPE_SCROLL_INSENSITIVE);
        PreparedStatement known = prepared.get(key);
        PreparedStatement statement = known == null
                ? add(
                        key,
                        connection.prepareStatement(sql, ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY))
                : known;
        current = statement;
        return statement;
    }

    private PreparedStatement add(List<Object> key, PreparedStatement statement) throws SQLException {
        if (prepared.size() == CAPACITY) {
            close();
        }
        prepared.put(key, statement);
        return statement;
    }

    void close() throws SQLException {
        List<PreparedStatement> closing = new ArrayList<>(prepared.values());
        prepared.clear();
        current = null;
        for (PreparedStatement statement : closing) {
            statement.close();
        }
    }
}
