package dev.weir.cluster;

import dev.weir.sql.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the definitions of a PostgreSQL database as new as its catalog: it asks the primary for the catalog's version when told that
 * something may have changed, and every few seconds, and reads the definitions when the version differs. As long as no primary is
 * known a replica is asked, whose catalog is what its own reads depend on. It has a thread and a connection of its own, so that no
 * probe waits for a large catalog. Thread-safe.
 */
final class SchemaWatch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final String SESSION =
            "SET search_path = pg_catalog; SET default_transaction_read_only = on; SET statement_timeout = '60s'";

    private final Dialect dialect;
    private final String versionSql;
    private final Wire wire;
    private final Views views;
    private final Consumer<SchemaDefinitions> listener;
    private final AtomicLong changes = new AtomicLong();
    private final Semaphore requests = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopped;

    private @Nullable Connection connection;
    private @Nullable Node asked;
    private @Nullable String version;
    private @Nullable Schema schema;
    private boolean warned;

    SchemaWatch(
            String name,
            Dialect dialect,
            String versionSql,
            Wire wire,
            Views views,
            Consumer<SchemaDefinitions> listener) {
        this.dialect = dialect;
        this.versionSql = versionSql;
        this.wire = wire;
        this.views = views;
        this.listener = listener;
        this.thread = new Thread(this, "weir-schema-" + name);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Notes a change that is committed, and asks for a look at once; definitions that cover the number returned have it. */
    long changed() {
        long change = changes.incrementAndGet();
        request();
        return change;
    }

    /** Asks for a look at once. Never blocks. */
    void request() {
        if (requests.availablePermits() == 0) {
            requests.release();
        }
    }

    /** Ends the thread and closes its connection; waits for both for a moment. */
    void stop() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                Duration pause = look() ? INTERVAL : RETRY;
                if (requests.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    requests.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    /** Whether the definitions are known to be as new as the primary's catalog was when this was called. */
    private boolean look() {
        ClusterView now = views.newest();
        NodeStatus primary = now.primary();
        boolean certain = primary != null && primary.isUp();
        Node node = primary != null && certain ? primary.node() : firstReplica(now);
        if (node == null || (!certain && schema != null)) {
            return false;
        }
        long covers = certain ? changes.get() : 0;
        try {
            Schema read = read(node);
            if (!stopped) {
                listener.accept(new SchemaDefinitions(covers, read));
            }
            warned = false;
            return certain;
        } catch (SQLException | RuntimeException e) {
            disconnect();
            warn(node, e);
            return false;
        }
    }

    private static @Nullable Node firstReplica(ClusterView view) {
        for (NodeStatus status : view.statuses()) {
            if (status.isUp() && status.role() == NodeRole.REPLICA) {
                return status.node();
            }
        }
        return null;
    }

    private Schema read(Node node) throws SQLException {
        Connection from = connected(node);
        String now = version(from);
        Schema known = schema;
        if (known == null || !now.equals(version)) {
            known = SchemaReader.read(from, dialect);
            schema = known;
            version = now;
            LOG.debug("Read {} definitions from node {}", known.definitions().size(), node);
        }
        return known;
    }

    private String version(Connection from) throws SQLException {
        try (Statement asking = from.createStatement();
                ResultSet row = asking.executeQuery(versionSql)) {
            row.next();
            return row.getString(1);
        }
    }

    private Connection connected(Node node) throws SQLException {
        Connection open = connection;
        if (open != null && asked == node) {
            return open;
        }
        disconnect();
        Connection opened = wire.open(node);
        connection = opened;
        asked = node;
        try (Statement statement = opened.createStatement()) {
            statement.execute(SESSION);
        }
        return opened;
    }

    private void disconnect() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("The connection that reads the catalog of node {} did not close cleanly", asked, e);
            }
        }
    }

    private void warn(Node node, Exception failure) {
        if (!warned && !stopped) {
            warned = true;
            LOG.warn(
                    "The catalog of node {} cannot be read: {}; until it is, reads run on the primary if the schema may have changed",
                    node,
                    failure.getMessage());
        }
    }
}
