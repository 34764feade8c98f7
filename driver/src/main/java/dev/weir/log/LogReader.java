package dev.weir.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of a primary in LSN order. Thread-safe: holds nothing.
 *
 * <p>What a reader sees is committed but not yet durable; ship only what lies at or before DURABLE_LSN of the primary's newest row in {@link WeirSchema#INCARNATION}.
 *
 * <p>Rules of apply. Apply entries in LSN order without a gap: the next LSN is the last plus one. Before an entry, check that its epoch is not lower than the last,
 * and that {@link LogTransaction#chain} equals {@link Digest#next} of the last chain and {@link LogTransaction#hash}; else the
 * replica has diverged. For a DONE entry execute its statements: {@link LoggedStatement.Sql} under its context with exactly its count, each row of {@link LoggedStatement.Rows} as
 * {@link ReplaySql} says with count 1, {@link LoggedStatement.Ddl} on its own. For a CANCELLED entry change nothing. At a BARRIER stop, and copy the primary anew. Then set the checkpoint to its LSN and
 * chain, in the same transaction as the data.
 * A DDL commits before its checkpoint can: write the intent first (checkpoint before, in its own commit), and after a crash find out from the schema whether it ran.
 */
public final class LogReader {
    private static final String READ =
            "SELECT LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY, BODY_ID"
                    + " FROM WEIR.LOG WHERE LSN > ? ORDER BY LSN FETCH FIRST ? ROWS ONLY";
    private static final String READ_CHUNK = "SELECT BODY FROM WEIR.LOG_CHUNK WHERE BODY_ID = ? AND ORDINAL = ?";

    /** No further body is loaded once those before it are longer than this together. */
    private static final long BUDGET_BYTES = 4L * 1024 * 1024;

    private LogReader() {}

    /**
     * The entries that follow a position, ending in front of the first PENDING one, and earlier where their bodies grow large. Those beyond a megabyte are in temporary files until the caller closes them. Call it outside a transaction or under READ COMMITTED, else it sees no news.
     *
     * @param after the last LSN that the caller has
     * @param limit how many to read at most
     */
    public static List<LogTransaction> read(Connection primary, Lsn after, int limit) throws SQLException {
        List<LogTransaction> entries = new ArrayList<>();
        List<@Nullable UUID> bodies = new ArrayList<>();
        try (PreparedStatement statement = primary.prepareStatement(READ)) {
            statement.setLong(1, after.value());
            statement.setInt(2, limit);
            statement.setFetchSize(limit);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next() && EntryState.valueOf(rows.getString(7)) != EntryState.PENDING) {
                    entries.add(entry(rows));
                    bodies.add(rows.getObject(10, UUID.class));
                }
            }
        }
        long bytes = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (bytes > BUDGET_BYTES) {
                return new ArrayList<>(entries.subList(0, i));
            }
            UUID bodyId = bodies.get(i);
            if (bodyId != null) {
                entries.set(i, withChunks(primary, entries.get(i), bodyId));
            }
            bytes += entries.get(i).body().size();
        }
        return entries;
    }

    private static LogTransaction entry(ResultSet row) throws SQLException {
        return new LogTransaction(
                new Lsn(row.getLong(1)),
                new Epoch(row.getLong(2)),
                row.getObject(3, UUID.class),
                row.getString(4),
                row.getObject(5, Instant.class),
                EntryKind.valueOf(row.getString(6)),
                EntryState.valueOf(row.getString(7)),
                row.getLong(8),
                new LogBody(row.getBytes(9)));
    }

    /** One chunk at a time, since H2 holds the whole result of a query. */
    private static LogTransaction withChunks(Connection primary, LogTransaction entry, UUID bodyId)
            throws SQLException {
        LogBody whole;
        try (PreparedStatement statement = primary.prepareStatement(READ_CHUNK)) {
            statement.setObject(1, bodyId);
            whole = LogBody.of(
                    number -> number == 0 ? entry.body().part(0, Integer.MAX_VALUE) : chunk(statement, number - 1));
        }
        return new LogTransaction(
                entry.lsn(),
                entry.epoch(),
                entry.incarnation(),
                entry.origin(),
                entry.committedAt(),
                entry.kind(),
                entry.state(),
                entry.chain(),
                whole);
    }

    private static byte @Nullable [] chunk(PreparedStatement statement, int ordinal) throws SQLException {
        statement.setInt(2, ordinal);
        try (ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getBytes(1) : null;
        }
    }
}
