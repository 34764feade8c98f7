package dev.weir.replicator.source;

import dev.weir.log.Environment;
import dev.weir.log.Epoch;
import dev.weir.log.LogReader;
import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One replica's session with its primary: reads the log, hands out only what would survive a crash of the primary, and reports progress.
 * Needs an administrator, because reading the log does. Confined to one thread; any {@link SQLException} leaves it fit only to be closed.
 */
public final class LogSource implements AutoCloseable {
    private static final int FIRST_ENTRIES = 64;
    private static final int MOST_ENTRIES = 2_000;
    private static final long BATCH_BYTES = 4L * 1024 * 1024;

    private static final int DIVERGENCES_KEPT = 1_000;

    private final Connection connection;
    private final UUID cluster;
    private final PreparedStatement durable;
    private int limit = FIRST_ENTRIES;
    private Wanted orders = Wanted.NOTHING;

    private LogSource(Connection connection, UUID cluster) throws SQLException {
        this.connection = connection;
        this.cluster = cluster;
        this.durable = connection.prepareStatement("SELECT I.DURABLE_LSN,"
                + " CASE WHEN O.HOLD_UNTIL > CURRENT_TIMESTAMP THEN O.HOLD_LSN END,"
                + " EXISTS(SELECT 1 FROM WEIR.REPLICA_DESCRIPTION D WHERE D.NAME = ? AND D.DEFINITIONS IS NULL),"
                + " COALESCE(O.RESYNC, FALSE), COALESCE(O.PAUSED, FALSE) FROM WEIR.HEAD H"
                + " JOIN WEIR.INCARNATION I ON I.INCARNATION = H.INCARNATION"
                + " LEFT JOIN WEIR.REPLICA_ORDER O ON O.NAME = ? WHERE H.ID = 1");
        heedOrders("");
    }

    /**
     * Reads the log of a primary.
     *
     * @param connection its own, which it closes
     * @throws SQLException 08001 if the database is no primary of a Weir cluster; the connection is closed then
     */
    static LogSource of(StoreUrl url, Connection connection) throws SQLException {
        try {
            NodeRow node = NodeRow.read(connection);
            if (!node.role().equals("primary")) {
                throw new SQLException(
                        "Database " + url + " is the replica " + node.name() + ", not a primary; name the primary",
                        "08001");
            }
            node.requireFormat(url);
            return new LogSource(connection, node.cluster());
        } catch (SQLException | RuntimeException e) {
            Sessions.closeQuietly(connection);
            throw e;
        }
    }

    public UUID cluster() {
        return cluster;
    }

    /** The end of the log as it is visible now, durable or not. */
    public Head head() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT LSN, EPOCH, SCHEMA_LSN, CURRENT_TIMESTAMP FROM WEIR.HEAD WHERE ID = 1");
                ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("WEIR.HEAD of the primary is empty", "02000");
            }
            return new Head(
                    new Lsn(row.getLong(1)),
                    new Epoch(row.getLong(2)),
                    new Lsn(row.getLong(3)),
                    row.getObject(4, OffsetDateTime.class).toInstant());
        }
    }

    /** About how many rows the tables hold; cheap. */
    public long rowEstimate() throws SQLException {
        return Sessions.queryLong(
                connection,
                "SELECT COALESCE(SUM(ROW_COUNT_ESTIMATE), 0) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'"
                        + " AND UPPER(TABLE_SCHEMA) NOT IN ('INFORMATION_SCHEMA', 'WEIR')");
    }

    /** The settings, as {@code NAME=VALUE}, that another store must be opened with to give names, types and SQL the same meaning. */
    public List<String> settings() throws SQLException {
        List<String> settings = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME IN"
                                + " ('MODE', 'DATABASE_TO_UPPER', 'DATABASE_TO_LOWER', 'CASE_INSENSITIVE_IDENTIFIERS',"
                                + " 'DEFAULT_NULL_ORDERING', 'DROP_RESTRICT', 'IGNORE_CATALOGS', 'ZERO_BASED_ENUMS')")) {
            while (rows.next()) {
                settings.add(rows.getString(1) + "=" + rows.getString(2));
            }
        }
        return settings;
    }

    /** The opening of the primary's store that commits now. */
    public UUID incarnation() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT INCARNATION FROM WEIR.HEAD WHERE ID = 1");
                ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("WEIR.HEAD of the primary is empty", "02000");
            }
            return row.getObject(1, UUID.class);
        }
    }

    /** What statements ran in during an opening of the primary's store; empty if a version of Weir opened it that did not say. */
    public Optional<Environment> environment(UUID incarnation) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT ENVIRONMENT FROM WEIR.INCARNATION WHERE INCARNATION = ?")) {
            query.setObject(1, incarnation);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.ofNullable(row.getString(1)).map(Environment::parse) : Optional.empty();
            }
        }
    }

    /**
     * The entries that follow a position, in LSN order, all durable on the primary, ending in front of the first that is pending. How many are read at once follows
     * from how long the last ones were.
     */
    public Batch read(Lsn after) throws SQLException {
        long end = readable();
        int asked = orders.pause() ? 0 : (int) Math.min(limit, end - after.value());
        List<LogTransaction> entries = asked <= 0 ? List.of() : LogReader.read(connection, after, asked);
        if (entries.isEmpty()) {
            return new Batch(entries, false);
        }
        return new Batch(entries, sized(entries) == asked);
    }

    /** Takes the measure of entries for the next ones; returns how many there are. */
    private int sized(List<LogTransaction> entries) {
        long bytes = 0;
        for (LogTransaction entry : entries) {
            bytes += entry.body().size();
        }
        long average = Math.max(1, bytes / entries.size());
        limit = (int) Math.max(1, Math.min(MOST_ENTRIES, BATCH_BYTES / average));
        return entries.size();
    }

    /** Has this session heed what an administrator wants of a replica: {@link #read} then ends at the entry that it is to stop behind. */
    public void heedOrders(String replica) throws SQLException {
        durable.setString(1, replica);
        durable.setString(2, replica);
    }

    /**
     * What waits at the primary for a replica to do. Immutable.
     *
     * @param description whether somebody wants to know what its store defines; see {@link LogSource#describe}
     * @param resync whether it is to copy the primary anew; see {@link LogSource#endResync}
     * @param pause whether it is to apply nothing
     */
    public record Wanted(boolean description, boolean resync, boolean pause) {
        static final Wanted NOTHING = new Wanted(false, false, false);
    }

    /** What was wanted when {@link #read} or {@link #askOrders} was called last. */
    public Wanted orders() {
        return orders;
    }

    /** Asks anew; for a replica that reads nothing. */
    public Wanted askOrders() throws SQLException {
        readable();
        return orders;
    }

    /** Answers all who want to know what the replica's store defines. Commits. */
    public void describe(String replica, StoreDefinitions definitions) throws SQLException {
        try (PreparedStatement answer = connection.prepareStatement(
                "UPDATE WEIR.REPLICA_DESCRIPTION SET DEFINITIONS = ? WHERE NAME = ? AND DEFINITIONS IS NULL")) {
            answer.setString(1, definitions.text());
            answer.setString(2, replica);
            answer.executeUpdate();
        }
    }

    /** Ends the order to copy the primary anew, if there is one, since it has been done. Commits. */
    public void endResync(String replica) throws SQLException {
        try (PreparedStatement end =
                connection.prepareStatement("UPDATE WEIR.REPLICA_ORDER SET RESYNC = FALSE WHERE NAME = ? AND RESYNC")) {
            end.setString(1, replica);
            end.executeUpdate();
        }
    }

    private long readable() throws SQLException {
        try (ResultSet row = durable.executeQuery()) {
            if (!row.next()) {
                return 0;
            }
            orders = new Wanted(row.getBoolean(3), row.getBoolean(4), row.getBoolean(5));
            long end = row.getLong(1);
            long hold = row.getLong(2);
            return row.wasNull() ? end : Math.min(end, hold);
        }
    }

    /** How much of the log is known to survive a crash of the primary; 0 if nobody keeps its store. */
    public Lsn durable() throws SQLException {
        try (ResultSet row = durable.executeQuery()) {
            return row.next() ? new Lsn(row.getLong(1)) : Lsn.ZERO;
        }
    }

    /**
     * Entries read together; those that are long lie in temporary files until this is closed.
     *
     * @param hasMore whether others are likely to follow at once
     */
    public record Batch(List<LogTransaction> entries, boolean hasMore) implements AutoCloseable {
        @Override
        public void close() {
            entries.forEach(entry -> entry.body().close());
        }
    }

    /** Where a replica's position stands in this primary's history. */
    public Lineage lineage(Position position) throws SQLException {
        if (head().lsn().compareTo(position.lsn()) < 0) {
            return Lineage.AHEAD;
        }
        if (position.lsn().equals(Lsn.ZERO)) {
            return Lineage.CONTINUES;
        }
        Optional<Position> logged = position(position.lsn());
        if (logged.isEmpty()) {
            return Lineage.PRUNED;
        }
        Position own = logged.get();
        boolean same = own.epoch().equals(position.epoch())
                && own.incarnation().equals(position.incarnation())
                && own.digest() == position.digest();
        return same ? Lineage.CONTINUES : Lineage.FORKED;
    }

    /** The position after an entry; empty if the log does not hold that entry. */
    public Optional<Position> position(Lsn lsn) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT EPOCH, INCARNATION, DIGEST, COMMITTED_AT FROM WEIR.LOG WHERE LSN = ?")) {
            query.setLong(1, lsn.value());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(new Position(
                        lsn,
                        new Epoch(row.getLong(1)),
                        row.getObject(2, UUID.class),
                        row.getLong(3),
                        row.getObject(4, OffsetDateTime.class).toInstant()));
            }
        }
    }

    /** Registers a replica, or renews what the primary knows of it. Commits. */
    public void report(ReplicaReport report) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(
                "MERGE INTO WEIR.REPLICA(NAME, URL, EPOCH, RECEIVED_LSN, APPLIED_LSN, DURABLE_LSN, NEEDED_AFTER_LSN, STATE,"
                        + " SEED_ROWS, SEED_TOTAL, SEED_LEFT_MS, SEEN_AT) KEY(NAME) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP)")) {
            merge.setString(1, report.name());
            merge.setString(2, report.url());
            merge.setLong(3, report.epoch().number());
            merge.setLong(4, report.received().value());
            merge.setLong(5, report.applied().value());
            merge.setLong(6, report.durable().value());
            merge.setLong(7, report.neededAfter().value());
            merge.setString(8, report.state());
            merge.setObject(9, report.copying().map(ReplicaReport.Copying::rows).orElse(null));
            merge.setObject(
                    10, report.copying().map(ReplicaReport.Copying::total).orElse(null));
            merge.setObject(
                    11,
                    report.copying()
                            .flatMap(ReplicaReport.Copying::left)
                            .map(Duration::toMillis)
                            .orElse(null));
            merge.executeUpdate();
        }
    }

    /** Writes down how a replica differs, for administrators; the newest {@value #DIVERGENCES_KEPT} of all replicas are kept. Commits. */
    public void diverged(String replica, Divergence divergence) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO WEIR.DIVERGENCE(ID, FOUND_AT, REPLICA, LSN, CHANGE, TABLE_SCHEMA, TABLE_NAME, KEY_COLUMNS, ROW_KEY,"
                                + " EXPECTED, FOUND) VALUES (RANDOM_UUID(), CURRENT_TIMESTAMP, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
                PreparedStatement prune = connection.prepareStatement(
                        "DELETE FROM WEIR.DIVERGENCE WHERE ID IN (SELECT ID FROM WEIR.DIVERGENCE"
                                + " ORDER BY FOUND_AT DESC OFFSET " + DIVERGENCES_KEPT + " ROWS)")) {
            insert.setString(1, replica);
            insert.setLong(2, divergence.lsn().value());
            insert.setString(3, divergence.change());
            insert.setString(4, divergence.schema());
            insert.setString(5, divergence.table());
            insert.setString(6, String.join(", ", divergence.keyColumns()));
            insert.setString(7, divergence.key());
            insert.setString(8, divergence.expected());
            insert.setString(9, divergence.found());
            insert.executeUpdate();
            prune.executeUpdate();
        }
    }

    @Override
    public void close() {
        Sessions.closeQuietly(connection);
    }
}
