package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** How a physical connection to the primary is made to log what it commits. Thread-safe. */
public interface Capture {
    /** No capture: the database replicates by itself. */
    Capture NONE = new Capture() {
        @Override
        public Connection over(Connection primary) {
            return primary;
        }

        @Override
        public boolean tellsDoubt() {
            return false;
        }

        @Override
        public long committedLsn(Connection captured) {
            return -1;
        }
    };

    /** The connection through which the session uses the primary; closing it closes the given one. */
    Connection over(Connection primary) throws SQLException;

    /**
     * Whether its connections themselves report a commit whose answer was lost, with SQLSTATE 08007, so that after any other error of a
     * commit or an auto-committed data change nothing is committed.
     */
    boolean tellsDoubt();

    /** The LSN of the newest transaction that a connection made by {@link #over} has committed; -1 if there is none or it is not known. */
    long committedLsn(Connection captured) throws SQLException;
}
