package dev.weir;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver for URLs that start with {@code jdbc:weir:}. It registers itself with {@link DriverManager}. Thread-safe.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/docs/api/java.sql/java/sql/Driver.html">java.sql.Driver</a>
 */
public final class WeirDriver implements Driver {
    private static final KnownSources SOURCES = new KnownSources(System::nanoTime);

    static {
        register();
    }

    private static void register() {
        try {
            DriverManager.registerDriver(new WeirDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * A logical connection; null if the URL is not Weir's. It opens physical connections when statements need them, but a
     * cluster's first connection waits for the nodes' first answers.
     *
     * @throws SQLException 08001 if the URL or a property is not valid, the target's driver is missing, or no node can be used;
     *     28000 if the nodes refuse the user or password
     */
    @Override
    public @Nullable Connection connect(String url, @Nullable Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        return SOURCES.of(url, info == null ? new Properties() : info).connect();
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        if (url == null) {
            throw Refusal.connect("The URL is null; Weir's start with " + WeirUrl.PREFIX);
        }
        return WeirUrl.isWeir(url);
    }

    /** Weir's properties with description, value and choices, followed by the target driver's own. */
    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            throw Refusal.connect("The URL is not Weir's; those start with " + WeirUrl.PREFIX);
        }
        return PropertyInfo.of(url, info == null ? new Properties() : info);
    }

    @Override
    public int getMajorVersion() {
        return DriverVersion.part(0);
    }

    @Override
    public int getMinorVersion() {
        return DriverVersion.part(1);
    }

    /** False: Weir is as compliant as the target beneath it, and neither H2's driver nor PostgreSQL's claims to be. */
    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    /** Not supported: Weir logs through SLF4J. */
    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Weir logs through SLF4J, not java.util.logging", "0A000");
    }
}
