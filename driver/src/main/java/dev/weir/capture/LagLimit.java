package dev.weir.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds writers back while a replica lacks too many entries of the log. Asks the primary only when its own commits since the last answer may have made the lag too long, so that it costs nothing else.
 * A replica counts if it has reported within the last ten seconds that it follows the log; one that is away, being copied, stalled or diverged holds nobody back. Thread-safe.
 */
public final class LagLimit {
    /** Never holds anybody back. */
    public static final LagLimit OFF = new LagLimit(0, Duration.ZERO);

    /** How long a writer waits at most. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String LAG = "SELECT LSN, (SELECT MIN(APPLIED_LSN) FROM WEIR.REPLICA"
            + " WHERE STATE IN ('STREAMING', 'CATCHING_UP') AND SEEN_AT > DATEADD(SECOND, -10, CURRENT_TIMESTAMP))"
            + " FROM WEIR.HEAD WHERE ID = 1";
    private static final Duration POLL = Duration.ofMillis(10);

    private final long entries;
    private final Duration patience;
    /** The newest commit of this JVM. A lost update only makes the next question a commit later. */
    private volatile long newest;
    /** Where the slowest replica was when that was last asked. */
    private volatile long slowest;

    /** @param entries how many a replica may lack; 0 for any number */
    public LagLimit(long entries) {
        this(entries, PATIENCE);
    }

    LagLimit(long entries, Duration patience) {
        this.entries = entries;
        this.patience = patience;
    }

    void committed(long lsn) {
        if (entries > 0 && lsn > newest) {
            newest = lsn;
        }
    }

    /** Whether a writer must ask before it goes on. */
    boolean isInDoubt() {
        return entries > 0 && newest - slowest >= entries;
    }

    /**
     * Waits until no replica lacks too much.
     *
     * @param connection sees the newest commits
     * @throws SQLException 53400 if that lasts too long
     */
    void await(Connection connection) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (PreparedStatement query = connection.prepareStatement(LAG)) {
            for (long lag = ask(query); lag >= entries; lag = ask(query)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new SQLTransientException(
                            "The write was not executed: a replica has lacked " + lag + " entries or so of the log for "
                                    + patience.toSeconds() + " s (limit " + entries
                                    + ", weir.log.maxLag); repeat the transaction later, or raise the limit",
                            "53400");
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }

    /** How much the slowest replica that counts lacks; 0 if there is none. */
    private long ask(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            row.next();
            long head = row.getLong(1);
            long applied = row.getLong(2);
            slowest = row.wasNull() ? head : applied;
            newest = Math.max(newest, head);
            return head - slowest;
        }
    }
}
