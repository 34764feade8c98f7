package dev.weir.jdbc;

import dev.weir.forward.ForwardingResultSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A result set that leads back to its routed statement. It stays on the node it came from. Confined to one connection. */
final class RoutedResultSet implements ForwardingResultSet {
    private final ResultSet delegate;
    private final @Nullable RoutedStatement statement;

    /**
     * Wraps a result set.
     *
     * @param statement where it leads back to; null for one of the database's metadata
     */
    RoutedResultSet(ResultSet delegate, @Nullable RoutedStatement statement) {
        this.delegate = delegate;
        this.statement = statement;
    }

    @Override
    public ResultSet delegate() {
        return delegate;
    }

    @Override
    public @Nullable Statement getStatement() throws SQLException {
        if (delegate.isClosed()) {
            throw Refusal.resultClosed();
        }
        return statement == null ? null : statement.shown();
    }

    /** Fails if the node goes away in the middle: what has been read cannot be continued elsewhere. */
    @Override
    public boolean next() throws SQLException {
        try {
            return delegate.next();
        } catch (SQLException e) {
            if (statement != null) {
                statement.failedInResult(e);
            }
            throw e;
        }
    }

    @Override
    public void close() throws SQLException {
        // One that is open still has not been replaced by that of another execution.
        RoutedStatement closing =
                statement != null && statement.closesOnCompletion() && !delegate.isClosed() ? statement : null;
        delegate.close();
        if (closing != null) {
            closing.shown().close();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return delegate.isClosed();
    }

    @Override
    @NullUnmarked
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this)
                ? type.cast(this)
                : type.isInstance(delegate) ? type.cast(delegate) : delegate.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type.isInstance(delegate) || delegate.isWrapperFor(type);
    }
}
