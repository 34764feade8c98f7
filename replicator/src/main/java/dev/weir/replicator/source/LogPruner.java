package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the oldest entries of a primary's log: those that every registered replica has, and, beyond the limits of a {@link LogRetention}, also those that some replica lacks, which is
 * then dropped and must copy the primary anew. Knows the size of the log by reading each entry's length once. Confined to one thread, except {@link #extent}.
 */
final class LogPruner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogPruner.class);

    private static final int SEGMENT_ENTRIES = 1_000;
    private static final int FIRST_ENTRIES = 50;
    private static final long SEGMENT_BYTES = 1L << 20;
    /** How much of the limits one segment may take at most. */
    private static final int SHARE = 20;
    /** What an entry takes besides its body, about. */
    private static final int ENTRY_BYTES = 160;
    /** How many segments are read, and how many deleted, at one call at most. */
    private static final int SEGMENTS_AT_ONCE = 50;

    private final Connection connection;
    private final LogRetention retention;
    private final InstantSource clock;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final TreeSet<String> warned = new TreeSet<>();
    private long bytes;
    private long known = -1;
    private volatile LogExtent extent = new LogExtent(0, 0, Optional.empty());

    /** Neighbouring entries, deleted together. Immutable. */
    private record Segment(long first, long last, long bytes, Instant oldest, Instant newest) {
        Segment and(Segment next) {
            return new Segment(first, next.last, bytes + next.bytes, oldest, next.newest);
        }

        long entries() {
            return last - first + 1;
        }
    }

    private record Follower(String name, long neededAfter) {}

    /** @param connection its own, to be closed with it */
    LogPruner(Connection connection, LogRetention retention, InstantSource clock) throws SQLException {
        this.connection = connection;
        this.retention = retention;
        this.clock = clock;
        connection.setAutoCommit(false);
        Sessions.execute(connection, "SET LOCK_TIMEOUT 1000");
    }

    /**
     * Deletes what may go.
     *
     * @param durable how far the primary would still be after a crash; nothing beyond it goes
     * @return how many entries were deleted
     */
    long prune(long durable) throws SQLException {
        try {
            learn();
            long deleted = 0;
            List<Follower> followers = followers();
            warnOfWhoHoldsTheLog(followers);
            for (int i = 0; i < SEGMENTS_AT_ONCE && segments.size() > 1; i++) {
                Segment oldest = segments.getFirst();
                if (oldest.last >= durable || !mayGo(oldest, followers) || !delete(oldest)) {
                    break;
                }
                segments.removeFirst();
                bytes -= oldest.bytes;
                deleted += oldest.entries();
            }
            extent = segments.isEmpty()
                    ? new LogExtent(0, 0, Optional.empty())
                    : new LogExtent(segments.getFirst().first, bytes, Optional.of(age(segments.getFirst().oldest)));
            return deleted;
        } finally {
            connection.rollback();
        }
    }

    /** The log as it was after the newest {@link #prune}. Any thread may ask. */
    LogExtent extent() {
        return extent;
    }

    private Duration age(Instant committed) {
        return Duration.between(committed, clock.instant());
    }

    private void learn() throws SQLException {
        if (known < 0) {
            known = Sessions.queryLong(connection, "SELECT COALESCE(MIN(LSN), 1) - 1 FROM WEIR.LOG");
        }
        for (int i = 0; i < SEGMENTS_AT_ONCE; i++) {
            Optional<Segment> next = next();
            if (next.isEmpty()) {
                return;
            }
            Segment newest = segments.peekLast();
            if (newest != null && !isFull(newest)) {
                segments.removeLast();
                segments.addLast(newest.and(next.get()));
            } else {
                segments.addLast(next.get());
            }
            bytes += next.get().bytes;
            known = next.get().last;
        }
    }

    private boolean isFull(Segment segment) {
        return segment.entries() >= SEGMENT_ENTRIES
                || segment.bytes >= segmentBytes()
                || Duration.between(segment.oldest, segment.newest)
                                .compareTo(retention.maxAge().dividedBy(SHARE))
                        > 0;
    }

    private long segmentBytes() {
        return Math.min(SEGMENT_BYTES, retention.maxBytes() / SHARE);
    }

    /** How many entries are likely to make a segment. */
    private long entriesAtOnce() {
        Segment newest = segments.peekLast();
        return newest == null
                ? FIRST_ENTRIES
                : Math.max(1, Math.min(SEGMENT_ENTRIES, segmentBytes() * newest.entries() / newest.bytes));
    }

    private Optional<Segment> next() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT MIN(LSN), MAX(LSN), SUM(N), MIN(COMMITTED_AT), MAX(COMMITTED_AT) FROM"
                        + " (SELECT LSN, COMMITTED_AT, OCTET_LENGTH(BODY) + CASE WHEN BODY_ID IS NULL THEN 0 ELSE"
                        + " (SELECT COALESCE(SUM(OCTET_LENGTH(C.BODY)), 0) FROM WEIR.LOG_CHUNK C WHERE C.BODY_ID = L.BODY_ID)"
                        + " END N FROM WEIR.LOG L WHERE LSN > ? ORDER BY LSN FETCH FIRST ? ROWS ONLY)")) {
            query.setLong(1, known);
            query.setLong(2, entriesAtOnce());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                long first = row.getLong(1);
                if (row.wasNull()) {
                    return Optional.empty();
                }
                long last = row.getLong(2);
                return Optional.of(new Segment(
                        first,
                        last,
                        row.getLong(3) + (last - first + 1) * ENTRY_BYTES,
                        row.getObject(4, OffsetDateTime.class).toInstant(),
                        row.getObject(5, OffsetDateTime.class).toInstant()));
            }
        }
    }

    /** The replicas for which the log is kept: it still reaches back to their position. */
    private List<Follower> followers() throws SQLException {
        List<Follower> followers = new ArrayList<>();
        if (segments.isEmpty()) {
            return followers;
        }
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT NAME, NEEDED_AFTER_LSN FROM WEIR.REPLICA WHERE STATE <> 'DROPPED' AND NEEDED_AFTER_LSN >= ?")) {
            long first = segments.getFirst().first;
            query.setLong(1, first == 1 ? 0 : first);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    followers.add(new Follower(rows.getString(1), rows.getLong(2)));
                }
            }
        }
        return followers;
    }

    private boolean mayGo(Segment oldest, List<Follower> followers) throws SQLException {
        String excess = null;
        if (bytes > retention.maxBytes()) {
            excess = "the log has " + bytes + " bytes, the limit is " + retention.maxBytes();
        } else if (age(oldest.newest).compareTo(retention.maxAge()) > 0) {
            excess = "the log's oldest entries are " + age(oldest.newest).toSeconds() + " s old, the limit is "
                    + retention.maxAge().toSeconds() + " s";
        }
        // The entry at a replica's own position stays, for it tells whether the replica's history is this one.
        List<Follower> lacking =
                followers.stream().filter(one -> one.neededAfter <= oldest.last).toList();
        if (excess == null) {
            return lacking.isEmpty() && age(oldest.newest).compareTo(retention.kept()) > 0;
        }
        for (Follower follower : lacking) {
            drop(follower, excess);
        }
        return true;
    }

    private void drop(Follower follower, String excess) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE WEIR.REPLICA SET STATE = 'DROPPED' WHERE NAME = ?")) {
            update.setString(1, follower.name);
            update.executeUpdate();
        }
        connection.commit();
        LOG.error(
                "event=replica_dropped replica={} lsn={} reason=\"{}\" effect=\"its log is kept no longer; it copies the primary anew when it comes back\"",
                follower.name,
                follower.neededAfter,
                excess);
    }

    /** Says so once when a replica that lags or is away makes the log long. */
    private void warnOfWhoHoldsTheLog(List<Follower> followers) {
        boolean isLong = bytes > retention.maxBytes() / 5 * 4
                || (!segments.isEmpty()
                        && age(segments.getFirst().newest)
                                        .compareTo(retention
                                                .maxAge()
                                                .multipliedBy(4)
                                                .dividedBy(5))
                                > 0);
        if (!isLong) {
            warned.clear();
            return;
        }
        for (Follower follower : followers) {
            if (follower.neededAfter <= segments.getFirst().last && warned.add(follower.name)) {
                LOG.warn(
                        "event=log_held replica={} lsn={} bytes={} limit={} age={} limit_age={} effect=\"the replica will be dropped at the limit\"",
                        follower.name,
                        follower.neededAfter,
                        bytes,
                        retention.maxBytes(),
                        age(segments.getFirst().oldest),
                        retention.maxAge());
            }
        }
    }

    private boolean delete(Segment segment) throws SQLException {
        if (queryRange("SELECT COUNT(*) FROM WEIR.LOG WHERE LSN BETWEEN ? AND ? AND STATE = 'PENDING'", segment) > 0) {
            return false;
        }
        deleteRange(
                "DELETE FROM WEIR.LOG_CHUNK WHERE BODY_ID IN"
                        + " (SELECT BODY_ID FROM WEIR.LOG WHERE LSN BETWEEN ? AND ? AND BODY_ID IS NOT NULL)",
                segment);
        deleteRange("DELETE FROM WEIR.LOG WHERE LSN BETWEEN ? AND ?", segment);
        connection.commit();
        return true;
    }

    private long queryRange(String sql, Segment segment) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, segment.first);
            query.setLong(2, segment.last);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private void deleteRange(String sql, Segment segment) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setLong(1, segment.first);
            delete.setLong(2, segment.last);
            delete.executeUpdate();
        }
    }

    @Override
    public void close() {
        Sessions.closeQuietly(connection);
    }
}
