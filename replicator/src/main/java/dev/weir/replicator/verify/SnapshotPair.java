package dev.weir.replicator.verify;

import dev.weir.replicator.source.ReplicaOrders;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A session on a primary and one on its replica that both see one LSN, and go on seeing it while others write. Confined to one thread.
 *
 * <p>The replica is first asked to stop where it is; then the primary's snapshot is taken; then the replica may go on to that very entry and stops again until its own snapshot has been taken. It is held up
 * for about as long as the primary takes to make that entry durable.
 */
final class SnapshotPair implements AutoCloseable {
    private static final Duration HOLD = Duration.ofSeconds(15);
    private static final String AT_SNAPSHOT = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SNAPSHOT";

    private final Connection primary;
    private final Connection replica;
    private final long lsn;
    private final long schemaLsn;

    private SnapshotPair(Connection primary, Connection replica, long lsn, long schemaLsn) {
        this.primary = primary;
        this.replica = replica;
        this.lsn = lsn;
        this.schemaLsn = schemaLsn;
    }

    /**
     * Takes the snapshots.
     *
     * @param orders a session of the primary's administrator
     * @param primary another, which becomes part of the pair
     * @param patience how long to wait for the replica
     * @throws SQLException 55000 if the replica does not reach the primary's entry in time
     */
    static SnapshotPair take(Connection orders, String name, Connection primary, Connection replica, Duration patience)
            throws SQLException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        try {
            ReplicaOrders.hold(orders, name, 0, HOLD);
            begin(primary);
            long schemaLsn = Sessions.queryLong(primary, "SELECT SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1");
            long lsn = Sessions.queryLong(primary, "SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
            while (true) {
                ReplicaOrders.hold(orders, name, lsn, HOLD);
                begin(replica);
                long applied = Sessions.queryLong(replica, "SELECT LSN FROM WEIR.CHECKPOINT WHERE ID = 1");
                if (applied == lsn) {
                    return new SnapshotPair(primary, replica, lsn, schemaLsn);
                }
                replica.rollback();
                if (applied > lsn || System.nanoTime() - end > 0) {
                    throw new SQLException(
                            "Replica " + name + " is at entry " + applied + " and was to stop at " + lsn + " within "
                                    + patience.toSeconds() + " s; see whether it runs, and try again",
                            "55000");
                }
                // Nobody counts it down: a wait of some milliseconds.
                if (new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException();
                }
            }
        } finally {
            ReplicaOrders.release(orders, name);
        }
    }

    private static void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Sessions.execute(connection, AT_SNAPSHOT);
    }

    Connection primary() {
        return primary;
    }

    Connection replica() {
        return replica;
    }

    long lsn() {
        return lsn;
    }

    /** Whether no schema change has run since, which would show through. Ends the snapshots. */
    boolean holds() throws SQLException {
        close();
        return Sessions.queryLong(primary, "SELECT SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1") == schemaLsn;
    }

    @Override
    public void close() throws SQLException {
        primary.rollback();
        replica.rollback();
    }
}
