package dev.weir.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Settles a schema change that was announced in the log and whose client died before it could say how it ended. Thread-safe: holds nothing.
 *
 * <p>A client announces and runs such a change while it holds the database in exclusive mode, so whoever else can see a PENDING entry at all knows that its client is gone.
 */
public final class PendingSchemaChange {
    private static final String FIND =
            "SELECT LSN, FINGERPRINT, BODY FROM WEIR.LOG WHERE STATE = 'PENDING' ORDER BY LSN FETCH FIRST ROW ONLY";
    private static final String SETTLE = "UPDATE WEIR.LOG SET STATE = ? WHERE LSN = ? AND STATE = 'PENDING'";
    private static final String HEAD = "SELECT LSN, SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1 FOR UPDATE";
    private static final String COPIES = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE TABLE_TYPE = 'BASE TABLE' AND REGEXP_LIKE(TABLE_NAME, '^.+_COPY_[0-9]+_[0-9]+$')";

    private PendingSchemaChange() {}

    /**
     * Settles the entry if there is one: DONE if the schema has changed since it was announced, or if the change can be repeated, which is then done; else CANCELLED. If others have
     * changed the schema since, or have written since a change that could be repeated, nobody can tell whether it was made: then it is CANCELLED and a BARRIER entry lets every replica copy the
     * primary anew. Opens the gate.
     * Needs an administrator. Commits. Call it whenever the primary's store is opened, before applications connect.
     *
     * @return the LSN settled; null if none was pending
     */
    public static @Nullable Lsn settle(Connection admin) throws SQLException {
        Pending pending = find(admin);
        if (pending == null) {
            return null;
        }
        boolean autoCommit = admin.getAutoCommit();
        admin.setAutoCommit(false);
        try {
            settle(admin, pending);
            admin.commit();
        } catch (SQLException e) {
            admin.rollback();
            throw e;
        } finally {
            admin.setAutoCommit(autoCommit);
        }
        return pending.lsn();
    }

    private static void settle(Connection admin, Pending pending) throws SQLException {
        String fingerprint = SchemaFingerprint.of(admin);
        EntryState state = EntryState.CANCELLED;
        boolean doubtful = false;
        try (Statement statement = admin.createStatement();
                ResultSet head = statement.executeQuery(HEAD)) {
            head.next();
            boolean changedSince = head.getLong(2) != pending.lsn().value();
            boolean writtenSince = head.getLong(1) != pending.lsn().value();
            boolean repeatable = isRepeatable(pending);
            if (changedSince || (writtenSince && repeatable)) {
                doubtful = true;
            } else if (!pending.fingerprint().equals(fingerprint)) {
                state = EntryState.DONE;
            } else if (repeatable) {
                repeat(admin, pending);
                state = EntryState.DONE;
            }
        }
        try (PreparedStatement statement = admin.prepareStatement(SETTLE)) {
            statement.setString(1, state.name());
            statement.setLong(2, pending.lsn().value());
            statement.executeUpdate();
        }
        if (doubtful) {
            WeirSchema.appendBarrier(admin);
        }
        try (Statement statement = admin.createStatement()) {
            statement.executeUpdate("UPDATE WEIR.HEAD SET GATE = 0 WHERE ID = 1");
        }
    }

    private static @Nullable Pending find(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery(FIND)) {
            if (!row.next()) {
                return null;
            }
            List<LoggedStatement> statements = BodyReader.read(row.getBytes(3));
            return new Pending(
                    new Lsn(row.getLong(1)), String.valueOf(row.getString(2)), (LoggedStatement.Ddl) statements.get(0));
        }
    }

    /** TRUNCATE leaves no trace in the schema, and doing it twice is doing it once, unless somebody has written in between. */
    private static boolean isRepeatable(Pending pending) {
        return pending.change().sql().strip().toUpperCase(Locale.ENGLISH).startsWith("TRUNCATE");
    }

    /** Does the change in the open transaction, which has locked the head, so that nobody commits in between. */
    private static void repeat(Connection admin, Pending pending) throws SQLException {
        String schema = pending.change().context().schema();
        try (Statement statement = admin.createStatement()) {
            statement.execute("SET SCHEMA " + (schema == null ? "PUBLIC" : ReplaySql.quote(schema)));
            statement.execute("EXECUTE IMMEDIATE '" + pending.change().sql().replace("'", "''") + "'");
            statement.execute("SET SCHEMA PUBLIC");
        }
    }

    /**
     * Opens the gate that a client has closed for a schema change if it is gone, so that writers do not wait in front of it for nothing. Needs an administrator and a connection in auto-commit. It may open the gate
     * of a client that has not yet taken the lock of schema changes, which costs that one an attempt at most.
     *
     * @return whether it was closed
     */
    public static boolean openAbandonedGate(Connection admin) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            return isThere(statement, "SELECT 1 FROM WEIR.HEAD WHERE ID = 1 AND GATE <> 0")
                    && isThere(statement, "SELECT ID FROM WEIR.DDL_LOCK WHERE ID = 1 FOR UPDATE SKIP LOCKED")
                    && statement.executeUpdate("UPDATE WEIR.HEAD SET GATE = 0 WHERE ID = 1 AND GATE <> 0") == 1;
        }
    }

    private static boolean isThere(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    /**
     * Drops the working copies that an ALTER TABLE left behind when it was interrupted. Needs an administrator, and that no schema change is running.
     *
     * @return how many were dropped
     */
    public static int dropLeftoverCopies(Connection admin) throws SQLException {
        int dropped = 0;
        try (Statement statement = admin.createStatement();
                ResultSet copies = statement.executeQuery(COPIES);
                Statement drop = admin.createStatement()) {
            while (copies.next()) {
                drop.execute("DROP TABLE " + ReplaySql.quote(copies.getString(1)) + "."
                        + ReplaySql.quote(copies.getString(2)));
                dropped++;
            }
        }
        return dropped;
    }

    private record Pending(Lsn lsn, String fingerprint, LoggedStatement.Ddl change) {}
}
