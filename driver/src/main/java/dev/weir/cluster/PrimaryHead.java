package dev.weir.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the log head of an embedded primary, in memory, on a connection of its own. Thread-safe. */
final class PrimaryHead {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryHead.class);
    private static final int STORE_IN_EXCLUSIVE_MODE = 90135;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Node primary;
    private final Wire wire;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private @Nullable PreparedStatement statement;
    private boolean closed;
    private final AtomicLong begun = new AtomicLong();
    private long answered;
    private long newest = -1;

    PrimaryHead(Node primary, Wire wire) {
        this.primary = primary;
        this.wire = wire;
    }

    /** The position of the newest commit that anybody can see now. */
    long lsn() throws SQLException {
        long before = begun.get();
        lock.lock();
        try {
            // A query that began after this call saw all that this call must see.
            return answered > before ? newest : query();
        } catch (SQLException e) {
            release();
            throw new SQLNonTransientConnectionException(
                    "The log head of node " + primary + " cannot be read: " + e.getMessage(), "08006", e);
        } finally {
            lock.unlock();
        }
    }

    private long query() throws SQLException {
        PreparedStatement query = statement == null ? open() : statement;
        long number = begun.incrementAndGet();
        try (ResultSet row = query.executeQuery()) {
            row.next();
            newest = row.getLong(1);
            answered = number;
            return newest;
        }
    }

    private PreparedStatement open() throws SQLException {
        if (closed) {
            throw new SQLException("The cluster is closed", "08003");
        }
        Connection opened = connected();
        connection = opened;
        // The time makes H2 compute it anew each time, see H2Dialect.
        PreparedStatement query = opened.prepareStatement("SELECT LSN, CURRENT_TIMESTAMP FROM WEIR.HEAD WHERE ID = 1");
        statement = query;
        return query;
    }

    /** H2 refuses new connections while a session has its store for itself, as a schema change may for long; whoever is connected already waits. */
    private Connection connected() throws SQLException {
        long began = System.nanoTime();
        while (true) {
            try {
                return wire.open(primary);
            } catch (SQLException e) {
                if (e.getErrorCode() != STORE_IN_EXCLUSIVE_MODE || System.nanoTime() - began > PATIENCE.toNanos()) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            release();
        } finally {
            lock.unlock();
        }
    }

    private void release() {
        Connection old = connection;
        connection = null;
        statement = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("The connection for the log head of node {} did not close cleanly", primary, e);
            }
        }
    }
}
