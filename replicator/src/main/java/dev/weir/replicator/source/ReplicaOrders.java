package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

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
     * Has a replica copy the primary anew, out of rotation meanwhile, as soon as it asks; within a second or so if it runs. The order stands until the copy is made.
     *
     * @throws SQLException 42704 if the primary knows no such replica
     */
    public static void resync(Connection primary, String replica) throws SQLException {
        try (PreparedStatement known = primary.prepareStatement(
                "MERGE INTO WEIR.REPLICA_ORDER(NAME, RESYNC) KEY(NAME) SELECT NAME, TRUE FROM WEIR.REPLICA WHERE NAME = ?")) {
            known.setString(1, replica);
            requireKnown(known.executeUpdate(), replica);
        }
    }

    /**
     * Has a replica apply nothing until it is told to go on, also after a restart; it serves what it has. Within a second or so if it runs.
     *
     * @throws SQLException 42704 if the primary knows no such replica
     */
    public static void pause(Connection primary, String replica, boolean paused) throws SQLException {
        try (PreparedStatement known = primary.prepareStatement(
                "MERGE INTO WEIR.REPLICA_ORDER(NAME, PAUSED) KEY(NAME) SELECT NAME, CAST(? AS BOOLEAN) FROM WEIR.REPLICA WHERE NAME = ?")) {
            known.setBoolean(1, paused);
            known.setString(2, replica);
            requireKnown(known.executeUpdate(), replica);
        }
    }

    private static void requireKnown(int count, String replica) throws SQLException {
        if (count == 0) {
            throw new SQLException(
                    "The primary knows no replica named " + replica + "; status lists those it knows", "42704");
        }
    }

    /** Asks a replica what its store defines; it answers within a second or so if it runs. */
    public static UUID askDescription(Connection primary, String replica) throws SQLException {
        UUID request = UUID.randomUUID();
        try (PreparedStatement forgotten = primary.prepareStatement(
                        "DELETE FROM WEIR.REPLICA_DESCRIPTION WHERE ASKED_AT < DATEADD(HOUR, -1, CURRENT_TIMESTAMP)");
                PreparedStatement insert =
                        primary.prepareStatement("INSERT INTO WEIR.REPLICA_DESCRIPTION(NAME, REQUEST, ASKED_AT)"
                                + " VALUES (?, ?, CURRENT_TIMESTAMP)")) {
            forgotten.executeUpdate();
            insert.setString(1, replica);
            insert.setObject(2, request);
            insert.executeUpdate();
        }
        return request;
    }

    /** The answer; empty if there is none yet. */
    public static Optional<StoreDefinitions> description(Connection primary, String replica, UUID request)
            throws SQLException {
        try (PreparedStatement query = primary.prepareStatement(
                "SELECT DEFINITIONS FROM WEIR.REPLICA_DESCRIPTION WHERE NAME = ? AND REQUEST = ?")) {
            query.setString(1, replica);
            query.setObject(2, request);
            try (ResultSet row = query.executeQuery()) {
                String text = row.next() ? row.getString(1) : null;
                return Optional.ofNullable(text).map(StoreDefinitions::parse);
            }
        }
    }

    /** Forgets a question and its answer. */
    public static void forgetDescription(Connection primary, String replica, UUID request) throws SQLException {
        try (PreparedStatement delete =
                primary.prepareStatement("DELETE FROM WEIR.REPLICA_DESCRIPTION WHERE NAME = ? AND REQUEST = ?")) {
            delete.setString(1, replica);
            delete.setObject(2, request);
            delete.executeUpdate();
        }
    }
}
