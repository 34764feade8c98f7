package dev.weir.replicator.source;

import dev.weir.log.BodyWriter;
import dev.weir.log.LoggedStatement;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.db.MVTable;
import org.h2.mvstore.tx.Transaction;
import org.h2.mvstore.tx.TransactionStore.Change;
import org.h2.result.SearchRow;
import org.h2.schema.Schema;
import org.h2.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * What the transaction of an H2 session has changed, by whatever means, as H2 itself keeps it to undo it: two functions in the database of a primary, which
 * capture calls around a statement whose changes nothing else tells. Temporary tables are left out. Thread-safe: holds nothing.
 */
public final class TransactionChanges {
    /** H2's table of its own definitions. */
    private static final String DEFINITIONS = "table.0";

    private static final String TABLE = "table.";

    private TransactionChanges() {}

    /** Makes the two functions known to a store. Needs an administrator. Commits. */
    static void install(Connection admin) throws SQLException {
        String name = TransactionChanges.class.getName();
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.TRANSACTION_MARK FOR '" + name + ".mark'");
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.TRANSACTION_CHANGES FOR '" + name + ".since'");
    }

    /**
     * The present place in the session's transaction.
     *
     * @param caller the session, given by H2
     */
    public static String mark(Connection caller) throws SQLException {
        Transaction transaction = session(caller).getTransaction();
        return transaction.getSequenceNum() + ":" + transaction.setSavepoint();
    }

    /**
     * The rows that the transaction has changed since a mark and that are not again as they were, as a log body in parts: for each table those that are gone or have
     * another image, then those that are new.
     *
     * @param caller the session, given by H2
     * @throws SQLException 40001 if another transaction has begun since; 0A000 if the transaction has changed a definition, or if the log has no form for a value
     */
    public static byte[][] since(Connection caller, String mark) throws SQLException {
        SessionLocal session = session(caller);
        Transaction transaction = session.getTransaction();
        int colon = mark.indexOf(':');
        if (transaction.getSequenceNum() != Long.parseLong(mark.substring(0, colon))) {
            throw new SQLException("The transaction was ended by what it executed", "40001");
        }
        Map<String, Map<Long, @Nullable SearchRow>> before =
                before(transaction.getChanges(Long.parseLong(mark.substring(colon + 1))));
        BodyWriter body = new BodyWriter();
        for (Map.Entry<String, Map<Long, @Nullable SearchRow>> changed : before.entrySet()) {
            MVTable table = table(session, changed.getKey());
            if (table != null && !table.isTemporary()) {
                TableChanges changes = new TableChanges(session, table);
                for (Map.Entry<Long, @Nullable SearchRow> row :
                        changed.getValue().entrySet()) {
                    changes.add(row.getValue(), now(transaction, changed.getKey(), row.getKey()));
                }
                for (LoggedStatement statement : changes.statements()) {
                    body.append(statement);
                }
            }
        }
        return parts(body.toByteArray());
    }

    /** In pieces that H2 takes for values. */
    private static byte[][] parts(byte[] body) {
        int size = WeirSchema.CHUNK_BYTES;
        byte[][] parts = new byte[(body.length + size - 1) / size][];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Arrays.copyOfRange(body, i * size, Math.min(body.length, (i + 1) * size));
        }
        return parts;
    }

    private static SessionLocal session(Connection caller) throws SQLException {
        if (caller.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
            return session;
        }
        throw new SQLFeatureNotSupportedException("Only H2 itself can call this function", "0A000");
    }

    /** The rows as they were before the changes, by map and key. */
    private static Map<String, Map<Long, @Nullable SearchRow>> before(Iterator<Change> newestFirst)
            throws SQLException {
        Map<String, Map<Long, @Nullable SearchRow>> before = new LinkedHashMap<>();
        while (newestFirst.hasNext()) {
            Change change = newestFirst.next();
            if (change.mapName.equals(DEFINITIONS)) {
                throw new SQLFeatureNotSupportedException(
                        "The statement changes a definition, too, such as that of a sequence; execute that by itself",
                        "0A000");
            }
            if (change.mapName.startsWith(TABLE) && change.key instanceof Long key) {
                // The oldest comes last, and is what counts.
                before.computeIfAbsent(change.mapName, map -> new LinkedHashMap<>())
                        .put(key, (SearchRow) change.value);
            }
        }
        return before;
    }

    private static @Nullable SearchRow now(Transaction transaction, String map, Long key) {
        return transaction.<Long, SearchRow>openMap(map).getImmediate(key);
    }

    /** The table whose rows a map holds; null for a session's own temporary table. */
    private static @Nullable MVTable table(SessionLocal session, String map) {
        for (Schema schema : session.getDatabase().getAllSchemasNoMeta()) {
            for (Table table : schema.getAllTablesAndViews(null)) {
                if (table instanceof MVTable stored && stored.getMapName().equals(map)) {
                    return stored;
                }
            }
        }
        return null;
    }
}
