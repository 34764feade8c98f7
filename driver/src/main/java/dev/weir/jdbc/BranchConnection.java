package dev.weir.jdbc;

import dev.weir.forward.ForwardingConnection;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullUnmarked;

/**
 * What an application is given of a connection that takes part in distributed transactions: closing it closes its statements and leaves the connection
 * open, and within a branch only the transaction manager ends the transaction. Confined to one thread at a time.
 */
@NullUnmarked // JDBC's arguments and results may be null nearly everywhere, and are passed on
final class BranchConnection implements ForwardingConnection {
    private final RoutedConnection connection;
    private final XaBranches branches;
    private final Runnable onClose;
    private final HandleStatements statements = new HandleStatements(this);
    private boolean closed;

    BranchConnection(RoutedConnection connection, XaBranches branches, Runnable onClose) {
        this.connection = connection;
        this.branches = branches;
        this.onClose = onClose;
    }

    @Override
    public Connection delegate() throws SQLException {
        if (closed) {
            throw Refusal.connectionClosed();
        }
        return connection;
    }

    private <S extends Statement> S mine(S made) {
        return statements.taken(made);
    }

    private Connection outsideBranch(String call) throws SQLException {
        Connection open = delegate();
        if (branches.isBusy()) {
            throw Refusal.inBranch(call);
        }
        return open;
    }

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        if (on || !branches.isBusy()) {
            outsideBranch("setAutoCommit(" + on + ")").setAutoCommit(on);
        }
    }

    @Override
    public void commit() throws SQLException {
        outsideBranch("commit").commit();
    }

    @Override
    public void rollback() throws SQLException {
        outsideBranch("rollback").rollback();
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        delegate().rollback(savepoint);
    }

    @Override
    public Statement createStatement() throws SQLException {
        return mine(delegate().createStatement());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return mine(delegate().createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int held) throws SQLException {
        return mine(delegate().createStatement(type, concurrency, held));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return mine(delegate().prepareStatement(sql));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return mine(delegate().prepareStatement(sql, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int held) throws SQLException {
        return mine(delegate().prepareStatement(sql, type, concurrency, held));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int flag) throws SQLException {
        return mine(delegate().prepareStatement(sql, flag));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        return mine(delegate().prepareStatement(sql, columns));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        return mine(delegate().prepareStatement(sql, columns));
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return mine(delegate().prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return mine(delegate().prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int held) throws SQLException {
        return mine(delegate().prepareCall(sql, type, concurrency, held));
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        delegate();
        return new RoutedDatabaseMetaData(connection, this);
    }

    @Override
    public boolean isClosed() {
        return closed || connection.isClosed();
    }

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            try {
                statements.closeAll();
            } finally {
                endWork();
            }
        }
    }

    private void endWork() throws SQLException {
        try {
            if (!branches.isBusy() && !connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } finally {
            onClose.run();
        }
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        closed = true;
        connection.abort(executor);
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate().isWrapperFor(type);
    }
}
