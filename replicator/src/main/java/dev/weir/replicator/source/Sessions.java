package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.h2.Driver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to H2 and the two things everyone does with one. Thread-safe. */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private Sessions() {}

    /**
     * Opens a session through H2's own driver, whatever else is registered.
     *
     * @throws SQLException as H2 reports it; 28000 for wrong credentials, 90146 for a store that is missing and may not be created
     */
    public static Connection open(StoreUrl url, String user, String password) throws SQLException {
        Properties credentials = new Properties();
        credentials.setProperty("user", user);
        credentials.setProperty("password", password);
        Connection connection = Driver.load().connect(url.jdbc(), credentials);
        if (connection == null) {
            throw new SQLException("H2 does not accept the URL " + url, "08001");
        }
        return connection;
    }

    /** Executes one command and forgets its result. */
    public static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * The first column of a query's only row.
     *
     * @throws SQLException 02000 if there is no row
     */
    public static long queryLong(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                throw new SQLException("No row: " + sql, "02000");
            }
            return row.getLong(1);
        }
    }

    /** Closes a connection that may be null or broken; what goes wrong then concerns nobody. */
    public static void closeQuietly(@Nullable Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException broken) {
            // The session is gone either way.
            LOG.debug("event=close_failed sqlstate={}", broken.getSQLState());
        }
    }
}
