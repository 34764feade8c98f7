package dev.weir;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A source of logical connections to one cluster. Set {@code url} first, and {@code user}, {@code password} and further
 * properties if the URL does not hold them; settings made after the first connection do not count. Thread-safe once it is set up.
 */
public final class WeirDataSource implements DataSource, AutoCloseable {
    private final Properties properties = new Properties();
    private final ConcurrentMap<WeirSettings, ConnectionSource> ofOtherUsers = new ConcurrentHashMap<>();
    private @Nullable String url;
    private @Nullable PrintWriter logWriter;
    private final AtomicReference<@Nullable ConnectionSource> own = new AtomicReference<>();
    private int loginTimeout;
    private volatile boolean closed;

    public WeirDataSource() {}

    public WeirDataSource(String url) {
        this.url = url;
    }

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

    /**
     * A logical connection. It opens physical connections when statements need them, but a cluster's first connection waits for
     * the nodes' first answers.
     *
     * @throws SQLException 08001 if the URL or a property is not valid, the target's driver is missing, or no node can be used;
     *     28000 if the nodes refuse the user or password; 08003 if this data source is closed
     */
    @Override
    public Connection getConnection() throws SQLException {
        ConnectionSource source = own.get();
        if (source == null) {
            own.compareAndSet(null, new ConnectionSource(settings(properties)));
            source = Objects.requireNonNull(own.get());
        }
        checkOpen();
        return source.connect();
    }

    /** A logical connection as another user. */
    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        Properties theirs = new Properties();
        theirs.putAll(properties);
        theirs.setProperty("user", user);
        theirs.setProperty("password", password);
        WeirSettings settings = settings(theirs);
        checkOpen();
        return ofOtherUsers.computeIfAbsent(settings, ConnectionSource::new).connect();
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
