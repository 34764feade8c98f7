package dev.weir.replicator.replica;

import dev.weir.log.SessionContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The applier's prepared statements, the most recently used of them kept open. Confined to one thread. */
final class StatementCache {
    private static final int CAPACITY = 256;

    private record Key(@Nullable SessionContext context, String sql) {
        boolean matches(@Nullable SessionContext otherContext, String otherSql) {
            return sql.equals(otherSql) && Objects.equals(context, otherContext);
        }
    }

    private final Connection connection;
    private final LinkedHashMap<Key, PreparedStatement> statements = new LinkedHashMap<>(64, 0.75f, true);
    /** The one given out last, which is likely to be asked for again. */
    private @Nullable Key lastKey;

    private @Nullable PreparedStatement last;

    StatementCache(Connection connection) {
        this.connection = connection;
    }

    /**
     * A statement, prepared now or before; the caller does not close it.
     *
     * @param context the settings under which its names are resolved; null if it does not depend on any
     */
    PreparedStatement prepare(@Nullable SessionContext context, String sql) throws SQLException {
        PreparedStatement again = last;
        if (again != null && lastKey != null && lastKey.matches(context, sql)) {
            return again;
        }
        Key key = new Key(context, sql);
        PreparedStatement statement = statements.get(key);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(key, statement);
            evict(CAPACITY);
        }
        lastKey = key;
        last = statement;
        return statement;
    }

    /** Closes every statement, as after a schema change. */
    void clear() throws SQLException {
        lastKey = null;
        last = null;
        evict(0);
    }

    private void evict(int remaining) throws SQLException {
        List<Key> eldest = new ArrayList<>();
        int surplus = statements.size() - remaining;
        for (Map.Entry<Key, PreparedStatement> entry : statements.entrySet()) {
            if (eldest.size() >= surplus) {
                break;
            }
            eldest.add(entry.getKey());
        }
        for (Key key : eldest) {
            PreparedStatement statement = statements.remove(key);
            if (statement != null) {
                statement.close();
            }
        }
    }
}
