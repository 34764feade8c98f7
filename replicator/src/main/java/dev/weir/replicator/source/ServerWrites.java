package dev.weir.replicator.source;

import dev.weir.log.BodyReader;
import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.DirectCommits.Committed;
import dev.weir.log.DirectCommits.Entry;
import dev.weir.log.EntryKind;
import dev.weir.log.LoggedStatement;
import dev.weir.log.Values;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.h2.api.ErrorCode;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.tx.Transaction;

/**
 * A function in the database of a primary with which a remote session executes and logs one statement in one round trip; the session commits behind it. Thread-safe.
 */
public final class ServerWrites {
    private static final String SCHEMA = "SELECT SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1";

    /** A log knows its database, which would never be let go of if it were held here. */
    private static final Map<Database, WeakReference<DirectLog>> LOGS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private static final Long[] NOTHING_CHANGED = {0L, 0L, 0L};
    private static final Long[] NOTHING_DONE = {0L, -1L, 0L};

    private ServerWrites() {}

    /** Makes the function known to a store. Needs an administrator. Commits. */
    static void install(Connection admin) throws SQLException {
        Sessions.execute(
                admin, "CREATE ALIAS IF NOT EXISTS WEIR.WRITE FOR '" + ServerWrites.class.getName() + ".write'");
    }

    /** Writes to the store through this log, for as long as somebody holds it. */
    static void use(DirectLog log) {
        LOGS.put(log.database(), new WeakReference<>(log));
    }

    private static DirectLog logOf(Database database) {
        WeakReference<DirectLog> known = LOGS.get(database);
        DirectLog log = known == null ? null : known.get();
        if (log == null) {
            log = new DirectLog(database);
            use(log);
        }
        return log;
    }

    /**
     * Executes the one statement of a log body, and appends the body with the true count to the log if that is not 0. If anything stands in the way nothing is done, so that the caller goes the ordinary way and
     * learns the reason.
     *
     * @param caller the session, given by H2
     * @return the count, the LSN (0 if nothing changed, -1 if nothing was done), and 1 if writers should wait
     * @throws SQLException if the statement has waited in vain, was cancelled or is a deadlock's victim; nothing is done then
     */
    public static Long[] write(Connection caller, long epoch, long schemaLsn, byte[] body) throws SQLException {
        List<LoggedStatement> statements = BodyReader.read(body);
        if (!(caller.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session)
                || statements.size() != 1
                || !(statements.get(0) instanceof LoggedStatement.Sql statement)) {
            return NOTHING_DONE;
        }
        Transaction transaction = session.getTransaction();
        long before = transaction.setSavepoint();
        boolean complete = false;
        try {
            long count = execute(caller, statement);
            complete = count == 0;
            if (complete) {
                // H2 finds no row in a table that goes while the statement waits for its lock.
                return isSchemaAt(schemaLsn, caller) ? NOTHING_CHANGED : NOTHING_DONE;
            }
            byte[] counted = count == statement.count() ? body : counted(statement, count);
            Committed appended = logOf(session.getDatabase())
                    .append(
                            session,
                            new Entry(epoch, schemaLsn, Digest.of(EntryKind.DATA, counted), Instant.now(), null),
                            counted);
            complete = appended != null;
            return appended == null
                    ? NOTHING_DONE
                    : new Long[] {count, appended.lsn(), appended.gateClosed() ? 1L : 0L};
        } catch (SQLException e) {
            if (hasWaited(e)) {
                throw e;
            }
            return NOTHING_DONE;
        } finally {
            // After a deadlock nothing is left of the transaction.
            if (!complete && session.getTransaction() == transaction) {
                transaction.rollbackToSavepoint(before);
            }
        }
    }

    private static boolean isSchemaAt(long lsn, Connection caller) throws SQLException {
        try (PreparedStatement head = caller.prepareStatement(SCHEMA);
                ResultSet row = head.executeQuery()) {
            return row.next() && row.getLong(1) == lsn;
        }
    }

    private static long execute(Connection caller, LoggedStatement.Sql statement) throws SQLException {
        try (PreparedStatement prepared = caller.prepareStatement(statement.sql())) {
            int index = 1;
            for (Object parameter : statement.parameters()) {
                index = Values.bind(prepared, index, parameter);
            }
            return prepared.executeLargeUpdate();
        }
    }

    private static byte[] counted(LoggedStatement.Sql statement, long count) {
        BodyWriter body = new BodyWriter();
        body.append(new LoggedStatement.Sql(statement.context(), statement.sql(), statement.parameters(), count));
        return body.toByteArray();
    }

    private static boolean hasWaited(SQLException e) {
        return e.getErrorCode() == ErrorCode.LOCK_TIMEOUT_1
                || e.getErrorCode() == ErrorCode.DEADLOCK_1
                || e.getErrorCode() == ErrorCode.STATEMENT_WAS_CANCELED;
    }
}
