package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much of a primary's log is known to survive a crash of the primary: H2 shows a commit up to half a second before it writes it, so whoever ships the log
 * makes the primary flush first. Shared by all readers of one primary within this JVM, so that one flush serves them all. Thread-safe.
 */
public final class DurableMark {
    private final ReentrantLock flushing = new ReentrantLock();
    private volatile long durable;

    /** Forgets what lies past the end of the log: a primary that was restored from a copy has a shorter one. */
    void notPast(long head) {
        flushing.lock();
        try {
            durable = Math.min(durable, head);
        } finally {
            flushing.unlock();
        }
    }

    /** Returns once the log is durable up to this LSN, flushing the primary's store if need be. The connection needs admin rights. */
    void reach(long lsn, Connection primary) throws SQLException {
        if (durable >= lsn) {
            return;
        }
        flushing.lock();
        try {
            if (durable < lsn) {
                long visible = Sessions.queryLong(primary, "SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
                Sessions.execute(primary, "CHECKPOINT SYNC");
                durable = visible;
            }
        } finally {
            flushing.unlock();
        }
    }
}
