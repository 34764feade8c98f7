package dev.weir.cluster;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/** Opens physical connections to nodes with the target's own driver. Immutable. */
final class Wire {
    private static final String NO_DRIVER = "08001";

    private final Dialect dialect;
    private final Properties properties;

    Wire(Dialect dialect, Map<String, String> targetProperties) {
        this.dialect = dialect;
        this.properties = new Properties();
        this.properties.putAll(targetProperties);
    }

    /** The same, with the time for a connection and for each answer bounded where the target's settings leave it open. */
    Wire bounded(Duration bound) {
        Wire wire = new Wire(dialect, Map.of());
        wire.properties.putAll(properties);
        dialect.boundWaits(wire.properties, bound);
        return wire;
    }

    /** Connects to a node; blocks until it answers, refuses, or the target driver's own timeouts pass. */
    Connection open(Node node) throws SQLException {
        Properties copy = new Properties();
        copy.putAll(properties);
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
