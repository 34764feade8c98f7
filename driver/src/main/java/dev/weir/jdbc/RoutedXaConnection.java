package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.ConnectionEvent;
import javax.sql.ConnectionEventListener;
import javax.sql.StatementEventListener;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection for pools and transaction managers of their own: it stays open while the handles that it gives out come and go.
 * Confined to one thread at a time.
 */
final class RoutedXaConnection implements XAConnection {
    private final RoutedConnection connection;
    private final XaBranches branches;
    private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
    private @Nullable BranchConnection handle;

    RoutedXaConnection(RoutedConnection connection, RoutedDatabase.Opener another) {
        this.connection = connection;
        this.branches = new XaBranches(connection, another);
    }

    @Override
    public XAResource getXAResource() {
        return branches;
    }

    /** A new handle; one that was given out before is closed. */
    @Override
    public Connection getConnection() throws SQLException {
        connection.checkOpen();
        BranchConnection before = handle;
        handle = null;
        if (before != null) {
            before.close();
        }
        BranchConnection given = new BranchConnection(connection, branches, this::handleClosed);
        handle = given;
        return given;
    }

    private void handleClosed() {
        if (handle != null) {
            handle = null;
            ConnectionEvent event = new ConnectionEvent(this);
            listeners.forEach(listener -> listener.connectionClosed(event));
        }
    }

    @Override
    public void close() throws SQLException {
        handle = null;
        connection.close();
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        listeners.remove(listener);
    }

    /** Not heard of: Weir's statements are not pooled. */
    @Override
    public void addStatementEventListener(StatementEventListener listener) {}

    @Override
    public void removeStatementEventListener(StatementEventListener listener) {}
}
