package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/** What an administrator wants of a replica, told through its primary. Thread-safe: holds nothing. */
public final class ReplicaOrders {
    private ReplicaOrders() {}

    /** Has a replica stop behind an entry for some time at most; it serves what it has. Commits if the connection does. */
    public static void hold(Connection primary, String replica, long lsn, Duration most) throws SQLException {
        try (PreparedStatement merge =
                primary.prepareStatement("MERGE INTO WEIR.REPLICA_ORDER(NAME, HOLD_LSN, HOLD_UNTIL)"
                        + " KEY(NAME) VALUES (?, ?, DATEADD(MILLISECOND, CAST(? AS BIGINT), CURRENT_TIMESTAMP))")) {
            merge.setString(1, replica);
            merge.setLong(2, lsn);
            merge.setLong(3, most.toMillis());
            merge.executeUpdate();
        }
    }

    /** Ends {@link #hold}. */
    public static void release(Connection primary, String replica) throws SQLException {
        try (PreparedStatement update = primary.prepareStatement(
                "UPDATE WEIR.REPLICA_ORDER SET HOLD_LSN = NULL, HOLD_UNTIL = NULL WHERE NAME = ?")) {
            update.setString(1, replica);
            update.executeUpdate();
        }
    }

    /**
     * Has a replica copy the primary anew, out of rotation meanwhile, as soon as it asks; within a second or so if it runs.
     *
     * @throws SQLException 42704 if the primary knows no such replica
     */
    public static void resync(Connection primary, String replica) throws SQLException {
        try (PreparedStatement known = primary.prepareStatement(
                "MERGE INTO WEIR.REPLICA_ORDER(NAME, RESYNC) KEY(NAME) SELECT NAME, TRUE FROM WEIR.REPLICA WHERE NAME = ?")) {
            known.setString(1, replica);
            if (known.executeUpdate() == 0) {
                throw new SQLException(
                        "The primary knows no replica named " + replica + "; status lists those it knows", "42704");
            }
        }
    }
}
