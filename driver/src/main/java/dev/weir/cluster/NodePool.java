package dev.weir.cluster;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pool of physical connections to one node, opened at first use. Thread-safe. */
final class NodePool {
    private static final Logger LOG = LoggerFactory.getLogger(NodePool.class);

    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration SHORTEST = Duration.ofMillis(250);

    private final Node node;
    private final String name;
    private final ClusterSettings settings;
    private final NodeSource source;
    private final Views views;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable HikariDataSource pool;
    private boolean closed;

    NodePool(Node node, String name, ClusterSettings settings, NodeSource source, Views views) {
        this.node = node;
        this.name = name;
        this.settings = settings;
        this.source = source;
        this.views = views;
    }

    /**
     * A connection from the pool. Waits in slices, so that a node which goes down meanwhile is noticed, and a borrower who gives up.
     *
     * @throws SQLTimeoutException 57014 if the allowance has ended or was withdrawn
     * @throws SQLException 08001 if none is free in time or the node cannot be reached, 28000 if it refuses the user
     */
    Connection borrow(Allowance allowance) throws SQLException {
        HikariDataSource open = pool;
        if (open == null) {
            open = open();
        }
        long limit = allowance.limitNanos();
        long began = System.nanoTime();
        while (true) {
            try {
                Connection borrowed = open.getConnection();
                if (limit != Long.MAX_VALUE) {
                    allowance.waited(System.nanoTime() - began);
                }
                return borrowed;
            } catch (SQLTransientConnectionException e) {
                SQLException refused = source.refusal(e);
                if (refused != null) {
                    throw refused;
                }
                long waited = System.nanoTime() - began;
                NodeStatus now = views.newest().status(node);
                if (now.state().isOut() || isTooLate(now, waited)) {
                    throw unreachable(now, e);
                }
                if (waited >= settings.poolTimeout().toNanos()) {
                    throw exhausted(open, e);
                }
                if (waited >= limit) {
                    throw Errors.timedOut("The query timeout ended after " + millis(waited)
                            + " ms of waiting for a connection to node " + node + ": " + usage(open, e));
                }
                if (allowance.isWithdrawn()) {
                    throw Errors.timedOut("The statement was cancelled while it waited for a connection to node " + node
                            + "; nothing was sent");
                }
            }
        }
    }

    /**
     * A replica that does not answer has others beside it; for the primary it pays to wait a little. A node of this JVM that does not answer is not cut off: a session has its store for itself, which
     * all others wait for.
     */
    private boolean isTooLate(NodeStatus now, long waited) {
        return now.state() == NodeState.LATE
                && !(settings.topology() instanceof ClusterSettings.Embedded)
                && (now.role() != NodeRole.PRIMARY
                        || waited > settings.nodeTimeout().toNanos());
    }

    /** Closes a lent connection physically, in the background, instead of taking it back. */
    void discard(Connection connection) {
        if (!views.newest().status(node).isUp()) {
            // Closing it in order might wait for the node.
            source.cutOne(connection);
        }
        HikariDataSource open = pool;
        if (open != null) {
            // This closes it; closing the lent object as well would reset a connection that is gone.
            open.evictConnection(connection);
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A discarded connection to node {} did not close cleanly", node, e);
        }
    }

    SQLException unreachable(NodeStatus now, @Nullable SQLException cause) {
        if (now.state() == NodeState.DENIED) {
            return Errors.denied("Node " + now.describe() + "; check user and password", cause);
        }
        return now.role() == NodeRole.PRIMARY
                ? Errors.gone(
                        "Primary " + now.describe()
                                + "; writes fail until it is back or another node has been promoted, reads go on where their"
                                + " level permits",
                        cause)
                : Errors.unreachable(
                        "Node " + now.describe() + "; check that it runs and that its address is right", cause);
    }

    private SQLException exhausted(HikariDataSource open, SQLException cause) {
        return Errors.unreachable(
                "No connection to node " + node + " within "
                        + settings.poolTimeout().toMillis() + " ms (weir.poolTimeout): " + usage(open, cause),
                cause);
    }

    private String usage(HikariDataSource open, SQLException cause) {
        int busy = open.getHikariPoolMXBean().getActiveConnections();
        return busy >= settings.poolSize()
                ? "all " + settings.poolSize() + " are in use; close connections sooner or raise weir.poolSize"
                : busy + " of " + settings.poolSize() + " are in use and no more could be opened: " + reason(cause);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private static String reason(SQLException cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private HikariDataSource open() throws SQLException {
        lock.lock();
        try {
            HikariDataSource open = pool;
            if (open != null) {
                return open;
            }
            if (closed) {
                throw Errors.unreachable("The pool of node " + node + " is closed", null);
            }
            HikariDataSource made = new HikariDataSource(config());
            pool = made;
            return made;
        } finally {
            lock.unlock();
        }
    }

    private HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("weir-pool-" + name + "-" + node);
        config.setDataSource(source);
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(settings.poolMinIdle());
        Duration slice = settings.poolTimeout().compareTo(SLICE) < 0 ? settings.poolTimeout() : SLICE;
        config.setConnectionTimeout(Math.max(slice.toMillis(), SHORTEST.toMillis()));
        config.setValidationTimeout(SHORTEST.toMillis());
        config.setInitializationFailTimeout(-1);
        return config;
    }

    /** Breaks off all connections, lent or idle, because the node is frozen or must not be used; blocks for a moment at most. */
    int cutAll() {
        int cut = source.cutAll();
        HikariDataSource open = pool;
        if (open != null && cut > 0) {
            open.getHikariPoolMXBean().softEvictConnections();
        }
        return cut;
    }

    /** Breaks off one lent connection; blocks for a moment at most. */
    void cut(Connection lent) {
        source.cutOne(lent);
    }

    /** How many connections are lent out now. */
    int lent() {
        HikariDataSource open = pool;
        return open == null ? 0 : open.getHikariPoolMXBean().getActiveConnections();
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            HikariDataSource open = pool;
            pool = null;
            if (open != null) {
                open.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
