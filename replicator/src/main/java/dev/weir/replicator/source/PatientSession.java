package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with a server whose statements may take as long as they need, while the server opens other sessions. When it does not, twice in a row, this one is broken off. A session within this JVM
 * is simply kept. Thread-safe, as far as the connection is.
 */
public final class PatientSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PatientSession.class);
    private static final int FAILURES = 2;

    private final Connection connection;
    private final PrimaryAccess.Connector connector;
    private final Duration patience;
    private volatile boolean closed;

    private PatientSession(Connection connection, PrimaryAccess.Connector connector, Duration patience) {
        this.connection = connection;
        this.connector = connector;
        this.patience = patience;
    }

    static PatientSession of(PrimaryAccess.Connector connector, Duration patience) throws SQLException {
        Connection connection = connector.connect();
        PatientSession session = new PatientSession(connection, connector, patience);
        if (RemoteSocket.isRemote(connection)) {
            RemoteSocket.limit(connection, Duration.ZERO);
            Thread watch = new Thread(session::watch, "weir-patience");
            watch.setDaemon(true);
            watch.start();
        }
        return session;
    }

    public Connection connection() {
        return connection;
    }

    private void watch() {
        int failures = 0;
        while (!closed) {
            if (rest()) {
                return;
            }
            failures = answers() ? 0 : failures + 1;
            if (failures >= FAILURES && !closed) {
                LOG.warn("event=session_broken_off reason=\"the server opens no other session either\"");
                RemoteSocket.cut(connection);
                return;
            }
        }
    }

    /** Waits until it is time to look again; true if there is nothing to look after any more. */
    private synchronized boolean rest() {
        long end = System.nanoTime() + patience.toNanos();
        for (long left = patience.toMillis(); left > 0 && !closed; left = (end - System.nanoTime()) / 1_000_000) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return closed;
    }

    /** Whether the server says anything; a refusal is a sign of life as well. */
    private boolean answers() {
        try (Connection other = connector.connect()) {
            return other != null;
        } catch (SQLException e) {
            return !RemoteSocket.isBroken(e);
        }
    }

    /** Ends the session; waits for the server for as long as it may be silent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        RemoteSocket.limit(connection, patience);
        Sessions.closeQuietly(connection);
    }
}
