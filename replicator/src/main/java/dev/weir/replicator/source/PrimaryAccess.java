package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.SQLException;

/** How replicas of this JVM reach one primary. Thread-safe. */
public final class PrimaryAccess {
    private final StoreUrl url;
    private final String user;
    private final String password;

    /** @param url the primary's store in this JVM or behind a server; IFEXISTS is added, so that a missing store is not created */
    public PrimaryAccess(StoreUrl url, String user, String password) {
        this.url = url.with("IFEXISTS", "TRUE");
        this.user = user;
        this.password = password;
    }

    public StoreUrl url() {
        return url;
    }

    /** Opens a session that reads the log. Blocks. */
    public LogSource openLog() throws SQLException {
        return LogSource.open(url, user, password);
    }

    /** Opens a session of an administrator, to be closed by the caller. Blocks. */
    public Connection openSession() throws SQLException {
        return Sessions.open(url, user, password);
    }

    /** Opens a session that copies the store. Blocks. */
    public Snapshot openSnapshot() throws SQLException {
        return new Snapshot(Sessions.open(url, user, password));
    }
}
