package dev.weir.cluster;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Makes the physical connections of one node's pool. Thread-safe. */
final class NodeSource implements DataSource {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(NodeSource.class);

    private final Node node;
    private final Wire wire;
    private final Dialect dialect;
    private final Birth birth;
    private final boolean local;
    private final Set<Connection> made = ConcurrentHashMap.newKeySet();

    /** @param local whether the node's store is opened in this JVM, so that connecting to it cannot hang */
    NodeSource(Node node, Wire wire, Dialect dialect, Birth birth, boolean local) {
        this.local = local;
        this.node = node;
        this.wire = wire;
        this.dialect = dialect;
        this.birth = birth;
    }

    /** What must hold before a connection that has just been opened may serve. */
    interface Birth {
        /** Blocks until it is known that the node's published life is not older than a connection opened before this call. */
        void await(Node node) throws SQLException;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection opened = local ? wire.open(node) : new Opening(node, wire).await(Opening.LIMIT);
        try {
            birth.await(node);
            keep(opened);
            return opened;
        } catch (SQLException | RuntimeException e) {
            cutOne(opened);
            opened.close();
            throw e;
        }
    }

    /** Remembers a connection of a server elsewhere for as long as it is open, so that it can be cut. */
    private void keep(Connection opened) {
        if (local) {
            return;
        }
        made.removeIf(NodeSource::isClosed);
        made.add(opened);
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Breaks off every connection that was made and is open, lent or idle; says how many. Call it from a thread that may block. */
    int cutAll() {
        int cut = 0;
        for (Connection open : List.copyOf(made)) {
            made.remove(open);
            cut += cut(open) ? 1 : 0;
        }
        return cut;
    }

    private boolean cut(Connection open) {
        if (isClosed(open)) {
            return false;
        }
        try {
            dialect.cut(open);
            return true;
        } catch (SQLException e) {
            LOG.warn("A connection to node {} could not be broken off", node, e);
            return false;
        }
    }

    /** Breaks off one connection of a server elsewhere. */
    void cutOne(Connection lent) {
        if (local) {
            return;
        }
        try {
            dialect.cut(lent.unwrap(Connection.class));
        } catch (SQLException e) {
            LOG.debug("A connection to node {} could not be broken off", node, e);
        }
    }

    /** The refusal of the user that lies behind a pool's timeout; null if something else does. */
    @Nullable SQLException refusal(SQLException timeout) {
        for (Throwable cause = timeout.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && dialect.failure(error) == Failure.DENIED) {
                return Errors.denied("Node " + node + " refuses the user or password; check both", error);
            }
        }
        return null;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The pool of node " + node + " has one user", "0A000");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    /** As long as one attempt may take: the pool waits so long for attempts under way when it closes. */
    @Override
    public int getLoginTimeout() {
        return (int) Opening.LIMIT.toSeconds();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger("dev.weir");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("The source of node " + node + " is no " + type.getName(), "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
