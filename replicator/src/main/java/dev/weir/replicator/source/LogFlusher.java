package dev.weir.replicator.source;

import dev.weir.replicator.store.StoreKeeper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Makes a primary's log durable and tells its readers how far, in DURABLE_LSN of the newest row of WEIR.INCARNATION: H2 shows a commit before it has written it, and
 * what a crash may take back must not be on a replica. Confined to one thread.
 */
final class LogFlusher implements AutoCloseable {
    /** What was written without an entry, by those who bypass Weir, is flushed this often at most. */
    private static final Duration QUIET_INTERVAL = Duration.ofSeconds(1);

    private static final Duration LEAST_PAUSE = Duration.ofMillis(2);

    private final Connection connection;
    private final StoreKeeper keeper;
    private final PreparedStatement head;
    private final PreparedStatement publish;
    private final UUID incarnation;
    private final LongSupplier nanoClock;
    private volatile long durable = -1;
    private long flushedAt;
    private long pauseNanos = LEAST_PAUSE.toNanos();

    /** @param connection its own, to be closed with it */
    LogFlusher(Connection connection, StoreKeeper keeper, UUID incarnation, LongSupplier nanoClock)
            throws SQLException {
        this.connection = connection;
        this.keeper = keeper;
        this.head = connection.prepareStatement("SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
        this.publish = connection.prepareStatement("UPDATE WEIR.INCARNATION SET DURABLE_LSN = ? WHERE INCARNATION = ?");
        this.incarnation = incarnation;
        this.nanoClock = nanoClock;
    }

    /**
     * Flushes if anything has been committed since the last time.
     *
     * @return whether more of the log is durable than before
     */
    boolean flush() throws SQLException {
        long started = nanoClock.getAsLong();
        long committed = head();
        if (committed == durable && !keeper.isOvertaken() && started - flushedAt < QUIET_INTERVAL.toNanos()) {
            return false;
        }
        if (!keeper.flush()) {
            pauseNanos = keeper.pauseNanos();
            return false;
        }
        flushedAt = nanoClock.getAsLong();
        pauseNanos = Math.max(LEAST_PAUSE.toNanos(), (flushedAt - started) / 2);
        if (committed == durable) {
            return false;
        }
        publish.setLong(1, committed);
        publish.setObject(2, incarnation);
        publish.executeUpdate();
        durable = committed;
        return true;
    }

    /** How much of the log is durable; -1 if that is not known. Any thread may ask. */
    long durable() {
        return durable;
    }

    private long head() throws SQLException {
        try (ResultSet row = head.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("WEIR.HEAD of the primary is empty", "02000");
            }
            return row.getLong(1);
        }
    }

    /** How long to wait before the next flush: long enough to leave the processor and the disk to others, and longer while sessions are too busy for it. */
    long pauseNanos() {
        return pauseNanos;
    }

    /** Leaves the store to others. Call it when the other sessions of its owner are closed. */
    @Override
    public void close() throws SQLException {
        Sessions.closeQuietly(connection);
        keeper.close();
    }
}
