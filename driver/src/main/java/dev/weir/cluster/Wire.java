package dev.weir.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Opens physical connections to nodes with the target's own driver. Immutable. */
final class Wire {
    private static final String NO_DRIVER = "08001";

    private final Dialect dialect;
    private final Properties properties;
    private final boolean elsewhere;
    private final @Nullable Duration bound;

    /**
     * @param elsewhere whether the nodes run outside this JVM's control, so that connecting must not create them
     * @param bound how long a connection attempt and an answer may take; null for the target driver's own default
     */
    Wire(Dialect dialect, Map<String, String> targetProperties, boolean elsewhere, @Nullable Duration bound) {
        this.dialect = dialect;
        this.elsewhere = elsewhere;
        this.bound = bound;
        this.properties = new Properties();
        this.properties.putAll(targetProperties);
    }

    /** Connects to a node; blocks until it answers, refuses, or the target driver's own timeouts pass. */
    Connection open(Node node) throws SQLException {
        Properties copy = new Properties();
        copy.putAll(properties);
        if (elsewhere) {
            dialect.complete(node.url(), copy, bound);
        }
        try {
            return DriverManager.getConnection(node.url(), copy);
        } catch (SQLException e) {
            if (isDriverMissing(node)) {
                throw new SQLNonTransientConnectionException(
                        "No JDBC driver for " + node.url() + "; add " + dialect.driverArtifact() + " to the class path",
                        NO_DRIVER,
                        e);
            }
            throw e;
        }
    }

    private static boolean isDriverMissing(Node node) {
        try {
            DriverManager.getDriver(node.url());
            return false;
        } catch (SQLException e) {
            return true;
        }
    }
}
