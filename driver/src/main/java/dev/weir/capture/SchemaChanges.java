package dev.weir.capture;

import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.EntryKind;
import dev.weir.log.EntryState;
import dev.weir.log.LoggedStatement;
import dev.weir.log.PendingSchemaChange;
import dev.weir.log.SchemaFingerprint;
import dev.weir.log.SessionContext;
import dev.weir.sql.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Executes schema changes, each under its own LSN, in one of two ways: a harmless one within one transaction with its log entry, while the table is locked;
 * one that copies or destroys data, or of which nothing is known, alone in the database, announced by a PENDING entry that is settled afterwards, by the
 * next opening of the store at the latest. Confined to one connection, which has no open transaction and is not in auto-commit.
 */
final class SchemaChanges {
    private static final String ADVANCE = "SELECT LSN FROM FINAL TABLE(UPDATE WEIR.HEAD SET"
            + " LSN = CASE WHEN EPOCH = ?1 THEN LSN + 1 END, SCHEMA_LSN = LSN + 1,"
            + " DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), ?2) WHERE ID = 1)";
    private static final String ENTRY =
            "INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY, FINGERPRINT)"
                    + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, ?3, 'DDL', ?4, DIGEST, ?5, ?6 FROM WEIR.HEAD WHERE ID = 1";
    private static final String LOG_ONLY = ADVANCE + "; " + ENTRY + "; COMMIT";
    /**
     * The head is locked first, so that nobody can commit what relies on the change before its entry. It is advanced last: some changes that fail commit what was done before
     * them, and then that must be nothing.
     */
    private static final String EXECUTE_AND_LOG =
            "SELECT CASE WHEN EPOCH = ?1 THEN LSN + 1 ELSE CAST('epoch ' || EPOCH || ' rules' AS BIGINT) END FROM WEIR.HEAD WHERE ID = 1 FOR UPDATE;"
                    + " EXECUTE IMMEDIATE ?7;"
                    + " UPDATE WEIR.HEAD SET LSN = LSN + 1, SCHEMA_LSN = LSN + 1, DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), CAST(?2 AS BIGINT)) WHERE ID = 1; "
                    + ENTRY + "; COMMIT";

    private static final String ANNOUNCE = ADVANCE + "; EXECUTE IMMEDIATE 'SET EXCLUSIVE 1'; " + ENTRY;
    private static final String SETTLE = "UPDATE WEIR.LOG SET STATE = ? WHERE LSN = ?";

    /** H2: lock timeout, deadlock, and a concurrent update that the statement lost against. */
    private static final int LOCK_TIMEOUT = 50200;

    private static final int DEADLOCK = 40001;
    private static final int CONCURRENT_UPDATE = 90131;

    private static final int NULL_NOT_ALLOWED = 23502;
    /** H2: the words that stand for the LSN if another epoch rules are no number. */
    private static final int NO_NUMBER = 22018;

    private static final Pattern ANOTHER_EPOCH = Pattern.compile("\\bepoch -?\\d+ rules\\b");
    private static final int ATTEMPTS = 5;

    /** How long a change waits for a lock while it is alone in the store. Whoever holds it cannot let go of it then, unless by the end of a statement that runs already. */
    private static final int MOST_MILLIS_ALONE = 100;

    /** How long it lets others work before it tries again; each time for twice as long. */
    private static final int FIRST_PAUSE_MILLIS = 20;

    private static final int MOST_PAUSE_MILLIS = 1_000;

    private final Connection physical;
    private final PrimaryStore store;
    private long count;
    private int lockTimeout;

    SchemaChanges(Connection physical, PrimaryStore store) {
        this.physical = physical;
        this.store = store;
    }

    /**
     * Executes a change that replicas do not see.
     *
     * @return its update count
     */
    long executeLocal(String sql) throws SQLException {
        execute(sql);
        return count;
    }

    /** The update count of the last change, as H2 gives it: that of TRUNCATE is how many rows there were. */
    long count() {
        return count;
    }

    /**
     * Executes and logs a change. On an error the schema is as before, nothing is logged but perhaps a cancelled entry, and no transaction is open.
     *
     * @param sessionSchema the schema in which an unqualified name is looked up, exact
     * @return its LSN
     */
    long execute(SchemaChange change, String sql, String sessionSchema, SessionContext context) throws SQLException {
        int waited = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                long lsn = change.isExclusive()
                        ? executeAlone(change, sql, sessionSchema, context)
                        : executeWithEntry(change, sql, sessionSchema, context);
                store.refresh(physical);
                physical.commit();
                return lsn;
            } catch (SQLException e) {
                rollback(e);
                boolean alone = change.isExclusive() && e.getErrorCode() == LOCK_TIMEOUT;
                boolean tired = alone ? waited >= ATTEMPTS * (long) lockTimeout : attempt >= ATTEMPTS;
                if (!isTransient(e) || tired) {
                    throw deposed(e);
                }
                if (alone) {
                    waited += millisAlone() + pause(attempt);
                }
            }
        }
    }

    private int millisAlone() {
        return Math.min(lockTimeout, MOST_MILLIS_ALONE);
    }

    /** Leaves the store to others, one of which holds a lock; nobody tells when it is free. Returns for how many milliseconds, no longer than any wait for a lock. */
    private int pause(int attempt) {
        int millis = Math.min(
                Math.min(MOST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 10)), Math.max(1, lockTimeout));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        return millis;
    }

    private static boolean isTransient(SQLException e) {
        return e.getErrorCode() == LOCK_TIMEOUT
                || e.getErrorCode() == DEADLOCK
                || e.getErrorCode() == CONCURRENT_UPDATE;
    }

    /** The head's new LSN could not be told: another epoch. A change of one's own fails with other errors, since only WEIR.HEAD is read and written. */
    private static SQLException deposed(SQLException cause) {
        String message = String.valueOf(cause.getMessage());
        boolean elsewhere = (cause.getErrorCode() == NULL_NOT_ALLOWED && message.contains("LSN"))
                || (cause.getErrorCode() == NO_NUMBER
                        && ANOTHER_EPOCH.matcher(message).find());
        return elsewhere
                ? new SQLRecoverableException(
                        "The schema change was not executed: the primary has moved to another epoch; connect again and repeat it",
                        "08006",
                        cause)
                : cause;
    }

    private long executeWithEntry(SchemaChange change, String sql, String sessionSchema, SessionContext context)
            throws SQLException {
        begin(change, sessionSchema);
        byte[] body = body(sql, context);
        count = 0;
        if (change.buildsIndex()) {
            // First, so that the head is not held while the index is built.
            checkEpoch();
            execute("EXECUTE IMMEDIATE '" + sql.replace("'", "''") + "'");
            return append(LOG_ONLY, EntryState.DONE, body, null, null);
        }
        return append(EXECUTE_AND_LOG, EntryState.DONE, body, null, sql);
    }

    private long executeAlone(SchemaChange change, String sql, String sessionSchema, SessionContext context)
            throws SQLException {
        checkAdministrator();
        lockTimeout = lockTimeout();
        setGate(1);
        try {
            begin(change, sessionSchema);
            List<QualifiedName> unlocked =
                    UnlockedTables.of(change, sql, sessionSchema, store.refresh(physical), physical);
            lock(unlocked);
            String fingerprint = SchemaFingerprint.of(physical);
            long lsn = append(ANNOUNCE, EntryState.PENDING, body(sql, context), fingerprint, null);
            executeAnnounced(lsn, sql, unlocked);
            return lsn;
        } finally {
            long changed = count;
            physical.rollback();
            execute("SET EXCLUSIVE 0");
            setGate(0);
            count = changed;
        }
    }

    /** Only an administrator may keep other sessions out. */
    private void checkAdministrator() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet user = statement.executeQuery(
                        "SELECT IS_ADMIN FROM INFORMATION_SCHEMA.USERS WHERE USER_NAME = CURRENT_USER")) {
            if (!user.next() || !user.getBoolean(1)) {
                throw new SQLSyntaxErrorException(
                        "A schema change that copies or destroys data must be alone in the database, which needs an"
                                + " administrator; connect as one",
                        "42501");
            }
        }
    }

    /** Waits until no transaction has changed the table's rows, and keeps others from it until this one ends. */
    private void lock(QualifiedName table) throws SQLException {
        execute("ALTER TABLE " + table.sql() + " SET REFERENTIAL_INTEGRITY TRUE");
    }

    /** Whoever holds row locks by SELECT FOR UPDATE has no lock on the table, and undoing them would bring rows back that are gone. */
    private void lockRows(QualifiedName table) throws SQLException {
        if (othersAreOpen()) {
            execute("SELECT 1 FROM " + table.sql() + " FOR UPDATE");
        }
    }

    private void lock(List<QualifiedName> tables) throws SQLException {
        for (QualifiedName table : tables) {
            lock(table);
            lockRows(table);
        }
    }

    private void executeAnnounced(long lsn, String sql, List<QualifiedName> unlocked) throws SQLException {
        try {
            long changed = executeImpatiently(sql, unlocked);
            settle(lsn, EntryState.DONE);
            count = changed;
        } catch (SQLException e) {
            physical.rollback();
            settle(lsn, EntryState.CANCELLED);
            PendingSchemaChange.dropLeftoverCopies(physical);
            throw e;
        }
    }

    private long executeImpatiently(String sql, List<QualifiedName> unlocked) throws SQLException {
        execute("SET LOCK_TIMEOUT " + millisAlone());
        try {
            lock(unlocked); // once more: others could come in until this session was alone
            execute(sql);
            return count;
        } finally {
            execute("SET LOCK_TIMEOUT " + lockTimeout);
        }
    }

    private int lockTimeout() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet timeout = statement.executeQuery("CALL LOCK_TIMEOUT()")) {
            timeout.next();
            return timeout.getInt(1);
        }
    }

    /** One schema change at a time, and none while rows of its table are being changed. */
    private void begin(SchemaChange change, String sessionSchema) throws SQLException {
        try (Statement statement = physical.createStatement()) {
            statement
                    .executeQuery("SELECT ID FROM WEIR.DDL_LOCK WHERE ID = 1 FOR UPDATE")
                    .close();
        }
        TableName written = change.table();
        TableDefinition table =
                written == null ? null : store.refresh(physical).table(physical, written, sessionSchema);
        if (table != null && table.kind() == TableDefinition.Kind.BASE) {
            lock(table.name());
            if (change.isExclusive()) {
                lockRows(table.name());
            }
        }
    }

    /** Whether another session has a transaction that holds locks. */
    private boolean othersAreOpen() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet others = statement.executeQuery("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS"
                        + " WHERE CONTAINS_UNCOMMITTED AND SESSION_ID <> SESSION_ID()")) {
            others.next();
            return others.getLong(1) > 0;
        }
    }

    private void checkEpoch() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet head = statement.executeQuery("SELECT EPOCH FROM WEIR.HEAD WHERE ID = 1")) {
            if (!head.next() || head.getLong(1) != store.epoch().number()) {
                throw new SQLRecoverableException(
                        "The schema change was not executed: the primary has moved to another epoch; connect again and repeat it",
                        "08006");
            }
        }
    }

    private long append(
            String sql, EntryState state, byte[] body, @Nullable String fingerprint, @Nullable String change)
            throws SQLException {
        try (PreparedStatement statement = physical.prepareStatement(sql)) {
            statement.setLong(1, store.epoch().number());
            statement.setLong(2, Digest.of(EntryKind.DDL, body));
            statement.setObject(3, OffsetDateTime.now(store.clock()));
            statement.setString(4, state.name());
            statement.setBytes(5, body);
            statement.setString(6, fingerprint);
            if (change != null) {
                statement.setString(7, change);
            }
            try (ResultSet head = statement.executeQuery()) {
                head.next();
                return head.getLong(1);
            }
        }
    }

    private static byte[] body(String sql, SessionContext context) {
        BodyWriter writer = new BodyWriter();
        writer.append(new LoggedStatement.Ddl(context, sql));
        return writer.toByteArray();
    }

    private void settle(long lsn, EntryState state) throws SQLException {
        try (PreparedStatement statement = physical.prepareStatement(SETTLE)) {
            statement.setString(1, state.name());
            statement.setLong(2, lsn);
            statement.executeUpdate();
        }
        physical.commit();
    }

    private void setGate(int closed) throws SQLException {
        execute("UPDATE WEIR.HEAD SET GATE = " + closed + " WHERE ID = 1");
        physical.commit();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = physical.createStatement()) {
            count = statement.execute(sql) ? 0 : statement.getLargeUpdateCount();
        }
    }

    private void rollback(SQLException error) {
        try {
            physical.rollback();
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
    }
}
