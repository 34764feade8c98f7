package dev.weir.jdbc;

import dev.weir.capture.AuditedStatement;
import dev.weir.capture.ReplicationVerdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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
        public ReplicationVerdict verdict(Connection captured, String sql) {
            return ReplicationVerdict.STREAMED;
        }

        @Override
        public List<AuditedStatement> audited() {
            return List.of();
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

    /**
     * How a statement would reach the replicas, which is found out without executing it.
     *
     * @param captured made by {@link #over}
     * @throws SQLException as H2 reports it if the statement names what does not exist
     */
    ReplicationVerdict verdict(Connection captured, String sql) throws SQLException;

    /** The distinct statements executed so far; none unless there is an audit. */
    List<AuditedStatement> audited();

    /** The LSN of the newest transaction that a connection made by {@link #over} has committed; -1 if there is none or it is not known. */
    long committedLsn(Connection captured) throws SQLException;
}
