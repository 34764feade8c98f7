package dev.weir.replicator.source;

import dev.weir.log.BodyWriter;
import dev.weir.log.LogBody;
import dev.weir.log.WeirSchema;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.db.MVTable;
import org.h2.mvstore.tx.Transaction;
import org.h2.schema.Schema;
import org.h2.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * What the transaction of an H2 session has changed, by whatever means, as H2 itself keeps it to undo it: functions in the database of a primary, which
 * capture calls around a statement whose changes nothing else tells. Temporary tables are left out. Takes little memory for any number of rows. Thread-safe.
 */
public final class TransactionChanges {
    /** What has been encoded for a session and not been fetched yet. */
    private static final Map<SessionLocal, LogBody> REST = Collections.synchronizedMap(new WeakHashMap<>());

    private TransactionChanges() {}

    /** Makes the functions known to a store. Needs an administrator. Commits. */
    static void install(Connection admin) throws SQLException {
        String name = TransactionChanges.class.getName();
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.TRANSACTION_MARK FOR '" + name + ".mark'");
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.TRANSACTION_CHANGES FOR '" + name + ".since'");
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.TRANSACTION_CHANGES_PART FOR '" + name + ".part'");
        Sessions.execute(admin, "CREATE ALIAS IF NOT EXISTS WEIR.MAX_MEMORY_ROWS FOR '" + name + ".maxMemoryRows'");
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
     * How many changed rows H2 gives as generated keys or from a delta table; it loses some of those beyond.
     *
     * @param caller the session, given by H2
     */
    public static int maxMemoryRows(Connection caller) throws SQLException {
        var database = session(caller).getDatabase();
        return database.isPersistent() ? database.getMaxMemoryRows() : Integer.MAX_VALUE;
    }

    /**
     * The rows that the transaction has changed since a mark and that are not again as they were, as a log body: for each table those that are gone, those that have another image,
     * those that are new. Further parts are to be asked for with {@link #part} if this one is of {@link WeirSchema#CHUNK_BYTES}.
     *
     * @param caller the session, given by H2
     * @throws SQLException 40001 if another transaction has begun since; 0A000 if the transaction has changed a definition, or if the log has no form for a value
     */
    public static byte[] since(Connection caller, String mark) throws SQLException {
        SessionLocal session = session(caller);
        Transaction transaction = session.getTransaction();
        int colon = mark.indexOf(':');
        if (transaction.getSequenceNum() != Long.parseLong(mark.substring(0, colon))) {
            throw new SQLException("The transaction was ended by what it executed", "40001");
        }
        BodyWriter body = new BodyWriter();
        boolean complete = false;
        try (OldRows before = OldRows.of(
                session,
                transaction.getChanges(Long.parseLong(mark.substring(colon + 1))),
                map -> table(session, map))) {
            for (Map.Entry<String, MVTable> changed : before.tables().entrySet()) {
                new TableChanges(session, changed.getValue(), transaction, changed.getKey(), before).appendTo(body);
            }
            byte[] first = body.body().part(0, WeirSchema.CHUNK_BYTES);
            complete = first.length == WeirSchema.CHUNK_BYTES;
            if (complete) {
                REST.put(session, body.body());
            }
            return first;
        } catch (UncheckedIOException e) {
            throw new SQLNonTransientException(e.getMessage(), "58030", e);
        } finally {
            if (!complete) {
                body.clear();
            }
        }
    }

    /**
     * A further part of what {@link #since} has found; the last is shorter than {@link WeirSchema#CHUNK_BYTES}, and may be empty.
     *
     * @param caller the session, given by H2
     * @param number of the part, where 1 follows the first; each can be asked for until the last has been
     */
    public static byte[] part(Connection caller, int number) throws SQLException {
        SessionLocal session = session(caller);
        LogBody body = REST.get(session);
        if (body == null) {
            throw new SQLException("Nothing is left of the transaction's changes", "02000");
        }
        byte[] part = body.part((long) number * WeirSchema.CHUNK_BYTES, WeirSchema.CHUNK_BYTES);
        if (part.length < WeirSchema.CHUNK_BYTES) {
            REST.remove(session);
            body.close();
        }
        return part;
    }

    private static SessionLocal session(Connection caller) throws SQLException {
        if (caller.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
            return session;
        }
        throw new SQLFeatureNotSupportedException("Only H2 itself can call this function", "0A000");
    }

    /** The table whose rows a map holds; null for a temporary table. */
    private static @Nullable MVTable table(SessionLocal session, String map) {
        for (Schema schema : session.getDatabase().getAllSchemasNoMeta()) {
            for (Table table : schema.getAllTablesAndViews(null)) {
                if (table instanceof MVTable stored && stored.getMapName().equals(map)) {
                    return stored.isTemporary() ? null : stored;
                }
            }
        }
        return null;
    }
}
