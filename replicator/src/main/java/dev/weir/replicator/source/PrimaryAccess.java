package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.SQLException;

/** How replicas of this JVM reach one primary. Thread-safe. */
public final class PrimaryAccess {
    private final StoreUrl url;
    private final Connector connector;

    /** Where sessions with a primary come from. Thread-safe. */
    @FunctionalInterface
    public interface Connector {
        /** Opens a session of an administrator, to be closed by the caller. Blocks. */
        Connection connect() throws SQLException;
    }

    /** @param url the primary's store in this JVM or behind a server; IFEXISTS is added, so that a missing store is not created */
    public PrimaryAccess(StoreUrl url, String user, String password) {
        this(url, connector(url.with("IFEXISTS", "TRUE"), user, password));
    }

    /**
     * Reaches the primary by other means.
     *
     * @param url what messages call the primary's store
     */
    public PrimaryAccess(StoreUrl url, Connector connector) {
        this.url = url;
        this.connector = connector;
    }

    private static Connector connector(StoreUrl url, String user, String password) {
        return () -> Sessions.open(url, user, password);
    }

    public StoreUrl url() {
        return url;
    }

    /** Opens a session that reads the log. Blocks. */
    public LogSource openLog() throws SQLException {
        return LogSource.of(url, connector.connect());
    }

    /** Opens a session of an administrator, to be closed by the caller. Blocks. */
    public Connection openSession() throws SQLException {
        return connector.connect();
    }

    /** Opens a session that copies the store. Blocks. */
    public Snapshot openSnapshot() throws SQLException {
        return new Snapshot(connector.connect());
    }
}
