package dev.weir;

import java.io.PrintWriter;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.sql.CommonDataSource;
import org.jspecify.annotations.Nullable;

/**
 * What Weir's data sources have in common: their settings, which do not count any more after the first connection, and the sources of
 * connections that they stand for. Thread-safe once it is set up.
 */
abstract class WeirSource implements CommonDataSource, Referenceable, AutoCloseable {
    private final Properties properties = new Properties();
    private final ConcurrentMap<WeirSettings, ConnectionSource> ofOtherUsers = new ConcurrentHashMap<>();
    private @Nullable String url;
    private @Nullable PrintWriter logWriter;
    private final AtomicReference<@Nullable ConnectionSource> own = new AtomicReference<>();
    private int loginTimeout;
    private volatile boolean closed;

    /** The URL as it was set; null if it was not. */
    public @Nullable String getUrl() {
        return url;
    }

    /** A URL that starts with {@code jdbc:weir:}. */
    public void setUrl(String url) {
        this.url = url;
    }

    public @Nullable String getUser() {
        return properties.getProperty("user");
    }

    public void setUser(String user) {
        properties.setProperty("user", user);
    }

    public void setPassword(String password) {
        properties.setProperty("password", password);
    }

    /** Sets a connection property, Weir's or the target driver's. */
    public void setProperty(String name, String value) {
        properties.setProperty(name, value);
    }

    /** Where connections of the user come from who is set. */
    final ConnectionSource source() throws SQLException {
        ConnectionSource source = own.get();
        if (source == null) {
            own.compareAndSet(null, new ConnectionSource(settings(properties)));
            source = Objects.requireNonNull(own.get());
        }
        checkOpen();
        return source;
    }

    /** Where connections of another user come from. */
    final ConnectionSource source(String user, String password) throws SQLException {
        Properties theirs = new Properties();
        theirs.putAll(properties);
        theirs.setProperty("user", user);
        theirs.setProperty("password", password);
        WeirSettings settings = settings(theirs);
        checkOpen();
        return ofOtherUsers.computeIfAbsent(settings, ConnectionSource::new);
    }

    /**
     * Closes the pools and the monitor at once, unless connections are still open or others in this JVM use the same cluster:
     * then they close when those are done. No connection is given afterwards.
     */
    @Override
    public void close() {
        closed = true;
        ConnectionSource source = own.get();
        if (source != null) {
            source.closeNow();
        }
        ofOtherUsers.values().forEach(ConnectionSource::closeNow);
    }

    private WeirSettings settings(Properties info) throws SQLException {
        String text = url;
        if (text == null || !WeirUrl.isWeir(text)) {
            throw Refusal.connect(
                    "The data source has no URL that starts with " + WeirUrl.PREFIX + "; call setUrl first");
        }
        return SettingsReader.read(text, info);
    }

    private void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLNonTransientConnectionException("The data source is closed; make a new one", "08003");
        }
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return logWriter;
    }

    /** Kept, but nothing is written to it: Weir logs through SLF4J. */
    @Override
    public void setLogWriter(@Nullable PrintWriter writer) {
        logWriter = writer;
    }

    /** The same as setting {@code weir.poolTimeout}; 0 leaves that as it is. */
    @Override
    public void setLoginTimeout(int seconds) {
        loginTimeout = seconds;
        if (seconds > 0) {
            properties.setProperty(WeirProperty.POOL_TIMEOUT.key(), seconds + "s");
        }
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    /** Not supported: Weir logs through SLF4J. */
    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Weir logs through SLF4J, not java.util.logging", "0A000");
    }

    /** What a naming service keeps of this data source: its class and settings, the password among them. */
    @Override
    public Reference getReference() {
        return WeirDataSourceFactory.reference(getClass(), url, properties);
    }
}
