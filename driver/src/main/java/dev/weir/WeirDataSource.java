package dev.weir;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A source of logical connections to one cluster. Set {@code url} first, and {@code user}, {@code password} and further
 * properties if the URL does not hold them; settings made after the first connection do not count. Thread-safe once it is set up.
 */
public final class WeirDataSource extends WeirSource implements DataSource {
    public WeirDataSource() {}

    public WeirDataSource(String url) {
        setUrl(url);
    }

    /**
     * A logical connection. It opens physical connections when statements need them, but a cluster's first connection waits for
     * the nodes' first answers.
     *
     * @throws SQLException 08001 if the URL or a property is not valid, the target's driver is missing, or no node can be used;
     *     28000 if the nodes refuse the user or password; 08003 if this data source is closed
     */
    @Override
    public Connection getConnection() throws SQLException {
        return source().connect();
    }

    /** A logical connection as another user. */
    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return source(user, password).connect();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException(
                "The data source is no " + type.getName() + "; a connection of it may unwrap to the target's", "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
