package dev.weir.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to connect to a node, on a thread of its own, so that a node which accepts and never answers costs a bounded time and
 * not the pool that waits for it. Confined to the thread that asks.
 */
final class Opening implements Callable<Connection> {
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final Node node;
    private final Wire wire;
    private final FutureTask<Connection> attempt;
    private volatile boolean abandoned;

    Opening(Node node, Wire wire) {
        this.node = node;
        this.wire = wire;
        this.attempt = new FutureTask<>(this);
    }

    /** Connects; called on the thread of the attempt. */
    @Override
    public Connection call() throws SQLException {
        Connection made = wire.open(node);
        if (abandoned) {
            close(made);
        }
        return made;
    }

    /**
     * Waits for the connection.
     *
     * @throws SQLException the target driver's error, or 08001 if the limit passes first
     */
    Connection await(Duration limit) throws SQLException {
        Thread thread = new Thread(attempt, "weir-connect-" + node);
        thread.setDaemon(true);
        thread.start();
        try {
            return attempt.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abandon();
            throw Errors.unreachable(
                    "Node " + node + " accepted no session within " + limit.toMillis() + " ms; it may be frozen", e);
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
            throw Errors.unreachable("Interrupted while connecting to node " + node, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException error) {
                throw error;
            }
            throw Errors.unreachable("Connecting to node " + node + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** Whoever comes second, the attempt or this, closes the connection; closing it twice does no harm. */
    private void abandon() {
        abandoned = true;
        if (!attempt.isDone()) {
            return;
        }
        try {
            close(attempt.get());
        } catch (ExecutionException e) {
            LOG.debug("The abandoned attempt to connect to node {} had failed by itself", node, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(Connection late) {
        try {
            late.close();
        } catch (SQLException e) {
            LOG.debug("A late connection to node {} did not close cleanly", node, e);
        }
    }
}
