package dev.weir.replicator.replica;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.Position;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;

/** A replica's durable position, the one row of WEIR.CHECKPOINT. Confined to one thread. */
final class Checkpoint {
    private final StatementCache statements;

    Checkpoint(StatementCache statements) {
        this.statements = statements;
    }

    /** The stored position; empty if the replica has none, because its copying never ended. */
    static Optional<Position> read(Connection replica) throws SQLException {
        try (Statement statement = replica.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT LSN, EPOCH, INCARNATION, DIGEST, COMMITTED_AT FROM WEIR.CHECKPOINT WHERE ID = 1")) {
            if (!row.next()) {
                return Optional.empty();
            }
            return Optional.of(new Position(
                    new Lsn(row.getLong(1)),
                    new Epoch(row.getLong(2)),
                    row.getObject(3, UUID.class),
                    row.getLong(4),
                    row.getObject(5, OffsetDateTime.class).toInstant()));
        }
    }

    /** Stores the first position of a new copy, which is not confirmed. Commits if the connection does. */
    static void create(Connection replica, Position position) throws SQLException {
        try (PreparedStatement insert = replica.prepareStatement(
                "INSERT INTO WEIR.CHECKPOINT(ID, LSN, EPOCH, INCARNATION, DIGEST, COMMITTED_AT, APPLIED_AT)"
                        + " VALUES (1, ?, ?, ?, ?, ?, NULL)")) {
            bind(insert, position);
            insert.executeUpdate();
        }
    }

    /** Whether the primary has once said that it cannot lose the position any more; what is applied has been durable there, a copy perhaps not. */
    static boolean isConfirmed(Connection replica) throws SQLException {
        return Sessions.queryLong(
                        replica, "SELECT COUNT(*) FROM WEIR.CHECKPOINT WHERE ID = 1 AND APPLIED_AT IS NOT NULL")
                == 1;
    }

    /** Notes that the primary cannot lose the position. Commits if the connection does. */
    static void confirm(Connection replica) throws SQLException {
        Sessions.execute(
                replica,
                "UPDATE WEIR.CHECKPOINT SET APPLIED_AT = CURRENT_TIMESTAMP WHERE ID = 1 AND APPLIED_AT IS NULL");
    }

    private static void bind(PreparedStatement statement, Position position) throws SQLException {
        statement.setLong(1, position.lsn().value());
        statement.setLong(2, position.epoch().number());
        statement.setObject(3, position.incarnation());
        statement.setLong(4, position.digest());
        statement.setObject(5, OffsetDateTime.ofInstant(position.committedAt(), ZoneOffset.UTC));
    }

    /** Moves the checkpoint in the current transaction. */
    void move(Position position) throws SQLException {
        PreparedStatement update = statements.prepare(
                null,
                "UPDATE WEIR.CHECKPOINT SET LSN = ?, EPOCH = ?, INCARNATION = ?, DIGEST = ?, COMMITTED_AT = ?,"
                        + " APPLIED_AT = CURRENT_TIMESTAMP WHERE ID = 1");
        bind(update, position);
        if (update.executeUpdate() != 1) {
            throw new SQLException("WEIR.CHECKPOINT of the replica is empty", "02000");
        }
    }
}
