package dev.weir.cluster;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the log head of an embedded primary, in memory, on a connection of its own. Thread-safe. */
final class PrimaryHead {
    private static final Logger LOG = LoggerFactory.getLogger(PrimaryHead.class);

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
        Connection opened = wire.open(primary);
        connection = opened;
        PreparedStatement query = opened.prepareStatement("SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
        statement = query;
        return query;
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
