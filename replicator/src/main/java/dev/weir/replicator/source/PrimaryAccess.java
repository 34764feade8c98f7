package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How replicas of this JVM reach one primary. A primary behind a server that gives no sign of life for some seconds, whatever became of it or its network, fails the
 * questions that wait for it with 90067. Thread-safe.
 */
public final class PrimaryAccess {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String HUNG_UP = "session closed";
    private static final String NO_ANSWER = "Read timed out";

    private final StoreUrl url;
    private final Connector connector;
    private final Duration patience;

    /** Where sessions with a primary come from. Thread-safe. */
    @FunctionalInterface
    public interface Connector {
        /** Opens a session of an administrator, to be closed by the caller. Blocks. */
        Connection connect() throws SQLException;
    }

    /** @param url the primary's store in this JVM or behind a server; IFEXISTS is added, so that a missing store is not created */
    public PrimaryAccess(StoreUrl url, String user, String password) {
        this(url, user, password, PATIENCE);
    }

    /** @param patience how long a primary behind a server may be silent; a NETWORK_TIMEOUT in the URL counts instead */
    public PrimaryAccess(StoreUrl url, String user, String password, Duration patience) {
        this(url, connector(url.with("IFEXISTS", "TRUE"), user, password, patience), patience);
    }

    /**
     * Reaches the primary by other means.
     *
     * @param url what messages call the primary's store
     */
    public PrimaryAccess(StoreUrl url, Connector connector) {
        this(url, connector, PATIENCE);
    }

    private PrimaryAccess(StoreUrl url, Connector connector, Duration patience) {
        this.url = url;
        this.connector = connector;
        this.patience = patience;
    }

    private static Connector connector(StoreUrl url, String user, String password, Duration patience) {
        if (url.kind() != StoreUrl.Kind.REMOTE || url.has(RemoteSocket.TIMEOUT_SETTING)) {
            return () -> Sessions.open(url, user, password);
        }
        StoreUrl bounded = url.with(RemoteSocket.TIMEOUT_SETTING, Long.toString(patience.toMillis()));
        return () -> {
            Connection connection = Sessions.open(bounded, user, password);
            RemoteSocket.limit(connection, patience);
            return connection;
        };
    }

    public StoreUrl url() {
        return url;
    }

    /** Opens a session that reads the log. Blocks. */
    public LogSource openLog() throws SQLException {
        return LogSource.of(url, connector.connect());
    }

    /** Opens a session of an administrator for statements that take moments, to be closed by the caller. Blocks. */
    public Connection openSession() throws SQLException {
        return connector.connect();
    }

    /** Opens a session of an administrator for statements that may take long; it fails only when the primary does not answer others either. Blocks. */
    public PatientSession openPatientSession() throws SQLException {
        return PatientSession.of(connector, patience);
    }

    /** Opens a session that copies the store. Blocks. */
    public Snapshot openSnapshot() throws SQLException {
        return new Snapshot(openPatientSession());
    }

    /** Whether a failure says that the primary, or the way to it, is gone. */
    public static boolean isLost(SQLException failure) {
        return RemoteSocket.isBroken(failure);
    }

    /** Why a question to the primary failed, in words; H2 does not tell a silent server from one that has hung up. */
    public String reason(SQLException failure) {
        String told = String.valueOf(failure.getMessage());
        return isLost(failure) && (told.contains(HUNG_UP) || told.contains(NO_ANSWER))
                ? "the connection broke, or no answer came for " + seconds()
                        + " s; look at the primary's process and network"
                : told;
    }

    private String seconds() {
        long millis = patience.toMillis();
        return millis % 1_000 == 0 ? Long.toString(millis / 1_000) : Double.toString(millis / 1_000.0);
    }
}
