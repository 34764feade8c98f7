package dev.weir;

import java.sql.SQLException;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.PooledConnection;

/**
 * A source of connections for pools that manage them by {@link PooledConnection}. Set up like {@link WeirDataSource}. Thread-safe once it is set
 * up.
 */
public final class WeirConnectionPoolDataSource extends WeirSource implements ConnectionPoolDataSource {
    public WeirConnectionPoolDataSource() {}

    public WeirConnectionPoolDataSource(String url) {
        setUrl(url);
    }

    @Override
    public PooledConnection getPooledConnection() throws SQLException {
        return source().connectXa();
    }

    @Override
    public PooledConnection getPooledConnection(String user, String password) throws SQLException {
        return source(user, password).connectXa();
    }
}
