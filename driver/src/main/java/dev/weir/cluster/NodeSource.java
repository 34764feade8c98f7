package dev.weir.cluster;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes the physical connections of one node's pool. Thread-safe. */
final class NodeSource implements DataSource {
    private final Node node;
    private final Wire wire;
    private final Dialect dialect;
    private final Birth birth;
    private final boolean local;

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
            return opened;
        } catch (SQLException | RuntimeException e) {
            opened.close();
            throw e;
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
