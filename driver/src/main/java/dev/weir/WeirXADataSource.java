package dev.weir;

import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.sql.XADataSource;

/**
 * A source of connections for transaction managers. A branch of a distributed transaction runs on the primary; outside of branches statements
 * are routed as ever. On H2 only the one-phase commit is possible. Set up like {@link WeirDataSource}. Thread-safe once it is set up.
 */
public final class WeirXADataSource extends WeirSource implements XADataSource {
    public WeirXADataSource() {}

    public WeirXADataSource(String url) {
        setUrl(url);
    }

    @Override
    public XAConnection getXAConnection() throws SQLException {
        return source().connectXa();
    }

    @Override
    public XAConnection getXAConnection(String user, String password) throws SQLException {
        return source(user, password).connectXa();
    }
}
