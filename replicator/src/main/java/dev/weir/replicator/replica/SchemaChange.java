package dev.weir.replicator.replica;

import dev.weir.log.LoggedStatement.Ddl;
import dev.weir.log.Lsn;
import dev.weir.replicator.replica.ApplyFailure.Remedy;
import dev.weir.replicator.source.Sessions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;

/**
 * Applies a schema change. H2 commits one on its own, before the checkpoint can; so the intent is stored first, in WEIR.APPLYING with the schema's fingerprint,
 * and taken away with the checkpoint. Confined to one thread.
 */
final class SchemaChange {
    private final Connection connection;
    private final ReplicaRights rights;

    SchemaChange(Connection connection, ReplicaRights rights) {
        this.connection = connection;
        this.rights = rights;
    }

    static void createTable(Connection connection) throws SQLException {
        Sessions.execute(
                connection,
                "CREATE TABLE IF NOT EXISTS WEIR.APPLYING(ID INTEGER PRIMARY KEY CHECK (ID = 1), LSN BIGINT NOT NULL, FINGERPRINT VARCHAR(64) NOT NULL)");
    }

    /**
     * Whether the store may be used after it was opened: no schema change was under way, or it has left no trace and will be done again.
     *
     * @param applied the replica's checkpoint
     */
    static boolean isSettled(Connection connection, Lsn applied) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT LSN, FINGERPRINT FROM WEIR.APPLYING WHERE ID = 1")) {
            return !row.next()
                    || row.getLong(1) <= applied.value()
                    || row.getString(2).equals(fingerprint(connection));
        }
    }

    /**
     * Stores the intent and executes the change. Commits both; the caller moves the checkpoint and then calls {@link #finish} in one transaction.
     *
     * @throws ApplyFailure if the change failed and has left the schema neither as it was nor as it should be
     */
    void execute(Lsn lsn, Ddl ddl) throws SQLException, ApplyFailure {
        String before = fingerprint(connection);
        try (PreparedStatement merge = connection.prepareStatement(
                "MERGE INTO WEIR.APPLYING(ID, LSN, FINGERPRINT) KEY(ID) VALUES (1, ?, ?)")) {
            merge.setLong(1, lsn.value());
            merge.setString(2, before);
            merge.executeUpdate();
        }
        connection.commit();
        try {
            for (String sql : ReplicaSql.of(ddl.sql())) {
                Sessions.execute(connection, sql);
            }
        } catch (SQLException e) {
            if (!fingerprint(connection).equals(before)) {
                throw new ApplyFailure(lsn, Remedy.RESEED, "a schema change failed half way: " + SqlTrouble.told(e), e);
            }
            throw e;
        }
        rights.enforce();
    }

    /** Takes the intent away in the current transaction. */
    void finish() throws SQLException {
        Sessions.execute(connection, "DELETE FROM WEIR.APPLYING");
    }

    /** A hash over all definitions, without data, passwords, settings and the state of generators. Commits. */
    private static String fingerprint(Connection connection) throws SQLException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
        try (Statement statement = connection.createStatement();
                ResultSet lines = statement.executeQuery("SCRIPT NODATA NOPASSWORDS NOSETTINGS")) {
            while (lines.next()) {
                String line = lines.getString(1);
                if (!line.startsWith("--")) {
                    digest.update(
                            line.replaceAll("(?:START|RESTART) WITH -?\\d+", "").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
