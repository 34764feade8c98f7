package dev.weir.replicator.monitor;

import dev.weir.replicator.source.NodeRow;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** What a monitor asks an H2 primary, on a session that it owns. Confined to one thread; any {@link SQLException} leaves it fit only to be closed. */
final class PrimaryQuestions implements AutoCloseable {
    private final Connection connection;
    private final NodeRow node;
    private final PreparedStatement head;
    private final PreparedStatement replicas;
    private final PreparedStatement committedAt;

    /**
     * The end of the log.
     *
     * @param middleNanos this JVM's monotonic clock halfway through the question
     * @param askedNanos how long the answer took
     */
    record Head(PrimarySample primary, long middleNanos, long askedNanos) {}

    /**
     * A replica as it last reported.
     *
     * @param age how long ago, by the primary's clock
     */
    record Registered(
            String name,
            String url,
            String state,
            long epoch,
            long receivedLsn,
            long appliedLsn,
            long durableLsn,
            Duration age) {}

    /** @throws SQLException 08001 if the database is no primary of a Weir cluster */
    PrimaryQuestions(Connection connection) throws SQLException {
        this.connection = connection;
        this.node = NodeRow.read(connection);
        if (!node.role().equals("primary")) {
            throw new SQLException("The database is the replica " + node.name() + "; ask the primary", "08001");
        }
        this.head = connection.prepareStatement(
                "SELECT H.LSN, H.EPOCH, I.DURABLE_LSN, (SELECT MIN(LSN) FROM WEIR.LOG), CURRENT_TIMESTAMP,"
                        + " (SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'info.FILE_SIZE')"
                        + " FROM WEIR.HEAD H LEFT JOIN WEIR.INCARNATION I ON I.INCARNATION = H.INCARNATION WHERE H.ID = 1");
        this.replicas = connection.prepareStatement(
                "SELECT NAME, URL, STATE, EPOCH, RECEIVED_LSN, APPLIED_LSN, DURABLE_LSN, SEEN_AT, CURRENT_TIMESTAMP FROM WEIR.REPLICA"
                        + " ORDER BY NAME");
        this.committedAt = connection.prepareStatement("SELECT COMMITTED_AT FROM WEIR.LOG WHERE LSN = ?");
    }

    UUID cluster() {
        return node.cluster();
    }

    Head head() throws SQLException {
        long asked = System.nanoTime();
        try (ResultSet row = head.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("WEIR.HEAD of the primary is empty", "02000");
            }
            long took = System.nanoTime() - asked;
            long lsn = row.getLong(1);
            OptionalLong oldest = number(row, 4);
            PrimarySample primary = new PrimarySample(
                    node.name(),
                    row.getLong(2),
                    lsn,
                    number(row, 3),
                    OptionalLong.of(oldest.isPresent() ? lsn - oldest.getAsLong() + 1 : 0),
                    number(row, 6),
                    instant(row, 5));
            return new Head(primary, asked + took / 2, took);
        }
    }

    List<Registered> replicas() throws SQLException {
        List<Registered> found = new ArrayList<>();
        try (ResultSet row = replicas.executeQuery()) {
            while (row.next()) {
                Duration age = Duration.between(instant(row, 8), instant(row, 9));
                found.add(new Registered(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        age.isNegative() ? Duration.ZERO : age));
            }
        }
        return found;
    }

    /** When an entry was committed; empty if the log does not hold it. */
    Optional<Instant> committedAt(long lsn) throws SQLException {
        committedAt.setLong(1, lsn);
        try (ResultSet row = committedAt.executeQuery()) {
            return row.next() ? Optional.of(instant(row, 1)) : Optional.empty();
        }
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static OptionalLong number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public void close() {
        Sessions.closeQuietly(connection);
    }
}
