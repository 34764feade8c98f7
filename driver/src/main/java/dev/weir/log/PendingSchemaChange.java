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
    private static final String COPIES = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE TABLE_TYPE = 'BASE TABLE' AND REGEXP_LIKE(TABLE_NAME, '^.+_COPY_[0-9]+_[0-9]+$')";

    private PendingSchemaChange() {}

    /**
     * Settles the entry if there is one: DONE if the schema has changed since it was announced, or if the change can be repeated, which is then done; else CANCELLED. Opens the gate.
     * Needs an administrator. Commits. Call it whenever the primary's store is opened, before applications connect.
     *
     * @return the LSN settled; null if none was pending
     */
    public static @Nullable Lsn settle(Connection admin) throws SQLException {
        Pending pending = find(admin);
        if (pending == null) {
            return null;
        }
        EntryState state = EntryState.DONE;
        if (pending.fingerprint().equals(SchemaFingerprint.of(admin))) {
            state = repeat(admin, pending) ? EntryState.DONE : EntryState.CANCELLED;
        }
        try (PreparedStatement statement = admin.prepareStatement(SETTLE)) {
            statement.setString(1, state.name());
            statement.setLong(2, pending.lsn().value());
            statement.executeUpdate();
        }
        try (Statement statement = admin.createStatement()) {
            statement.executeUpdate("UPDATE WEIR.HEAD SET GATE = 0 WHERE ID = 1");
        }
        if (!admin.getAutoCommit()) {
            admin.commit();
        }
        return pending.lsn();
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

    /** TRUNCATE leaves no trace in the schema, and doing it twice is doing it once. */
    private static boolean repeat(Connection admin, Pending pending) throws SQLException {
        String sql = pending.change().sql();
        if (!sql.strip().toUpperCase(Locale.ENGLISH).startsWith("TRUNCATE")) {
            return false;
        }
        String schema = pending.change().context().schema();
        try (Statement statement = admin.createStatement()) {
            statement.execute("SET SCHEMA " + (schema == null ? "PUBLIC" : ReplaySql.quote(schema)));
            statement.execute(sql);
            statement.execute("SET SCHEMA PUBLIC");
        }
        return true;
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
