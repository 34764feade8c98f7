package dev.weir.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The gate that a schema change closes to keep new writers out, as the last commit of one connection has found it. Confined to one connection. */
final class WriterGate {
    private static final String GATE = "SELECT GATE FROM WEIR.HEAD WHERE ID = 1";

    /** The gate is a request, not a lock: after this long a writer goes on, and then waits for the table lock instead. */
    private static final Duration GATE_PATIENCE = Duration.ofSeconds(5);

    private static final Duration GATE_POLL = Duration.ofMillis(5);

    private final Connection physical;
    private boolean closed;

    WriterGate(Connection physical) {
        this.physical = physical;
    }

    boolean isClosed() {
        return closed;
    }

    void note(boolean isClosed) {
        closed = isClosed;
    }

    /** Waits until it is open, at most for some seconds; the connection must be in auto-commit. */
    void await() throws SQLException {
        long deadline = System.nanoTime() + GATE_PATIENCE.toNanos();
        try (PreparedStatement statement = physical.prepareStatement(GATE)) {
            while (System.nanoTime() < deadline && isGateClosed(statement)) {
                LockSupport.parkNanos(GATE_POLL.toNanos());
            }
        }
        closed = false;
    }

    private static boolean isGateClosed(PreparedStatement statement) throws SQLException {
        try (ResultSet gate = statement.executeQuery()) {
            return gate.next() && gate.getInt(1) != 0;
        }
    }
}
