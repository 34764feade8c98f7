package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A cluster as its primary knows it. Immutable.
 *
 * @param epoch the primary's reign
 * @param lsn the end of its log
 */
public record ClusterStatus(UUID cluster, String primary, long epoch, long lsn, List<Replica> replicas) {
    /** A replica that has been silent for longer is not known to be in the state that it last reported. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /**
     * A registered replica.
     *
     * @param state what it last reported; UNKNOWN if that was long ago; DROPPED if the log is no longer kept for it
     * @param lagEntries entries of the primary that it has not reported as applied; empty if it has been silent
     * @param lag the age of the oldest of them; empty if it has been silent
     * @param silence the time since it last reported
     */
    public record Replica(
            String name,
            String url,
            String state,
            long epoch,
            long receivedLsn,
            long appliedLsn,
            OptionalLong lagEntries,
            Optional<Duration> lag,
            Duration silence) {}

    public ClusterStatus {
        replicas = List.copyOf(replicas);
    }

    /**
     * Asks a primary.
     *
     * @throws SQLException 08001 if the database is no primary of a Weir cluster
     */
    public static ClusterStatus read(Connection connection) throws SQLException {
        NodeRow node = NodeRow.read(connection);
        if (!node.role().equals("primary")) {
            throw new SQLException("The database is the replica " + node.name() + "; ask the primary", "08001");
        }
        try (Statement statement = connection.createStatement()) {
            long epoch;
            long lsn;
            try (ResultSet head = statement.executeQuery("SELECT EPOCH, LSN FROM WEIR.HEAD WHERE ID = 1")) {
                head.next();
                epoch = head.getLong(1);
                lsn = head.getLong(2);
            }
            List<Replica> replicas = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT R.NAME, R.URL, R.STATE, R.EPOCH, R.RECEIVED_LSN, R.APPLIED_LSN, R.SEEN_AT,"
                            + " CURRENT_TIMESTAMP, L.COMMITTED_AT FROM WEIR.REPLICA R"
                            + " LEFT JOIN WEIR.LOG L ON L.LSN = R.APPLIED_LSN + 1 ORDER BY R.NAME")) {
                while (rows.next()) {
                    replicas.add(replica(rows, lsn));
                }
            }
            return new ClusterStatus(node.cluster(), node.name(), epoch, lsn, replicas);
        }
    }

    private static Replica replica(ResultSet row, long head) throws SQLException {
        OffsetDateTime now = row.getObject(8, OffsetDateTime.class);
        Duration silence = notNegative(Duration.between(row.getObject(7, OffsetDateTime.class), now));
        boolean silent = silence.compareTo(SILENCE) > 0;
        long applied = row.getLong(6);
        OffsetDateTime oldest = row.getObject(9, OffsetDateTime.class);
        Optional<Duration> lag = oldest == null
                // An entry that the log no longer holds has an age that nobody knows.
                ? (applied < head ? Optional.empty() : Optional.of(Duration.ZERO))
                : Optional.of(notNegative(Duration.between(oldest, now)));
        return new Replica(
                row.getString(1),
                row.getString(2),
                silent && !row.getString(3).equals("DROPPED") ? "UNKNOWN" : row.getString(3),
                row.getLong(4),
                row.getLong(5),
                applied,
                silent ? OptionalLong.empty() : OptionalLong.of(Math.max(0, head - applied)),
                silent ? Optional.empty() : lag,
                silence);
    }

    private static Duration notNegative(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }
}
