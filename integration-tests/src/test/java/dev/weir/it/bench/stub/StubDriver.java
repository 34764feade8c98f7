package dev.weir.it.bench.stub;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A driver whose calls cost nothing. It answers to PostgreSQL URLs whose host begins with {@code stub}: {@code stub-primary} is a primary, every
 * other a standby without lag. Queries on ITEM give one row, others none. Thread-safe.
 */
public final class StubDriver implements Driver {
    private static final String PREFIX = "jdbc:postgresql://stub";

    /** Registers the stub ahead of the drivers that would claim its URLs. Idempotent. */
    public static void register() {
        List<Driver> registered = DriverManager.drivers().toList();
        if (registered.stream().anyMatch(StubDriver.class::isInstance)) {
            return;
        }
        try {
            for (Driver driver : registered) {
                DriverManager.deregisterDriver(driver);
            }
            DriverManager.registerDriver(new StubDriver());
            for (Driver driver : registered) {
                DriverManager.registerDriver(driver);
            }
        } catch (SQLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public @Nullable Connection connect(String url, @Nullable Properties info) {
        return acceptsURL(url) ? new StubConnection(!url.startsWith(PREFIX + "-primary")) : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("The stub does not log", "0A000");
    }
}
