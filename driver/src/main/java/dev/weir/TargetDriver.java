package dev.weir;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The target database's own driver, which Weir's connections stand on. */
final class TargetDriver {
    private TargetDriver() {}

    /**
     * The registered driver for one of the target's own URLs, without credentials.
     *
     * @throws SQLException 08001 if none is on the class path
     */
    static Driver of(String url) throws SQLException {
        try {
            return DriverManager.getDriver(url);
        } catch (SQLException e) {
            boolean h2 = url.startsWith(H2Url.PREFIX);
            throw Refusal.connect(
                    "No JDBC driver for " + (h2 ? H2Url.PREFIX : PostgresUrl.PREFIX)
                            + " URLs is on the class path; add "
                            + (h2 ? "com.h2database:h2" : "org.postgresql:postgresql"),
                    e);
        }
    }
}
