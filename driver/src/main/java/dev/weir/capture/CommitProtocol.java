package dev.weir.capture;

import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.DirectCommits;
import dev.weir.log.DirectCommits.Committed;
import dev.weir.log.EntryKind;
import dev.weir.log.LogBody;
import dev.weir.log.WeirSchema;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLRecoverableException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Commits a transaction together with its log entry: lock and advance the head, insert the entry, COMMIT, all in one round trip, so that LSN order is commit order and the head is never held across the network.
 * Confined to one connection.
 */
final class CommitProtocol {
    private static final String COMMIT =
            "SELECT LSN, GATE FROM FINAL TABLE(UPDATE WEIR.HEAD SET LSN = CASE WHEN EPOCH = ?1 AND SCHEMA_LSN = ?2 THEN LSN + 1 END,"
                    + " DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), ?3) WHERE ID = 1);"
                    + " INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY, BODY_ID)"
                    + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, ?4, 'DATA', 'DONE', DIGEST, ?5, ?6 FROM WEIR.HEAD WHERE ID = 1;"
                    + " COMMIT";
    private static final String BAR = "UPDATE WEIR.HEAD SET LSN = CASE WHEN EPOCH = ?1 THEN LSN + 1 END,"
            + " DIGEST = BITXOR(ROTATELEFT(DIGEST, 1), CAST(?2 AS BIGINT)) WHERE ID = 1;"
            + " INSERT INTO WEIR.LOG(LSN, EPOCH, INCARNATION, ORIGIN, COMMITTED_AT, KIND, STATE, DIGEST, BODY)"
            + " SELECT LSN, EPOCH, INCARNATION, ORIGIN, ?3, 'BARRIER', 'DONE', DIGEST, ?4 FROM WEIR.HEAD WHERE ID = 1;"
            + " COMMIT";
    private static final String CHUNK = "INSERT INTO WEIR.LOG_CHUNK(BODY_ID, ORDINAL, BODY) VALUES (?, ?, ?)";
    private static final String HEAD = "SELECT EPOCH, SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1";

    /** H2: NULL not allowed, here for the new LSN: the epoch or the schema is not the expected one, and nothing has happened. */
    private static final int NULL_NOT_ALLOWED = 23502;

    private static final int ATTEMPTS = 4;

    private final Connection physical;
    private final PrimaryStore store;
    private @Nullable PreparedStatement commit;

    CommitProtocol(Connection physical, PrimaryStore store) {
        this.physical = physical;
        this.store = store;
    }

    /**
     * Commits. On any error nothing is committed and the transaction is rolled back, but for 08007, which leaves it open whether it was committed.
     *
     * @return the position of the commit and whether writers should wait
     */
    Committed commit(CapturedTransaction transaction) throws SQLException {
        try {
            return commitOnce(transaction, transaction.body());
        } catch (SQLException e) {
            if (!"08007".equals(e.getSQLState())) {
                rollbackAfter(e);
            }
            throw e;
        } catch (UncheckedIOException e) {
            SQLException unreadable = new SQLNonTransientException(e.getMessage(), "58030", e);
            rollbackAfter(unreadable);
            throw unreadable;
        }
    }

    /** Commits a {@link EntryKind#BARRIER}, at which replicas copy the primary anew. Nothing else may be open. */
    void bar() throws SQLException {
        byte[] body = new BodyWriter().toByteArray();
        try (PreparedStatement statement = physical.prepareStatement(BAR)) {
            statement.setLong(1, store.epoch().number());
            statement.setLong(2, Digest.of(EntryKind.BARRIER, body));
            statement.setObject(3, OffsetDateTime.now(store.clock()));
            statement.setBytes(4, body);
            statement.executeUpdate();
        }
    }

    private Committed commitOnce(CapturedTransaction transaction, LogBody body) throws SQLException {
        UUID bodyId = writeChunks(body);
        byte[] first = body.part(0, WeirSchema.FIRST_BYTES);
        long hash = bodyId == null ? Digest.of(EntryKind.DATA, first) : body.hash(EntryKind.DATA);
        for (int attempt = 1; ; attempt++) {
            Committed direct = commitDirectly(transaction.schemaLsn(), hash, first, bodyId);
            if (direct != null) {
                return direct;
            }
            try {
                return append(transaction.schemaLsn(), hash, first, bodyId);
            } catch (SQLException e) {
                if (e.getErrorCode() != NULL_NOT_ALLOWED || attempt == ATTEMPTS) {
                    throw isKnownFailure(e) ? e : unknown(e);
                }
                checkEpoch();
                transaction.rebase(physical, store.refresh(physical));
            }
        }
    }

    private @Nullable Committed commitDirectly(long schemaLsn, long hash, byte[] body, @Nullable UUID bodyId)
            throws SQLException {
        DirectCommits direct = store.directCommits();
        if (direct == null) {
            return null;
        }
        try {
            return direct.commit(
                    physical,
                    new DirectCommits.Entry(
                            store.epoch().number(),
                            schemaLsn,
                            hash,
                            store.clock().instant(),
                            bodyId),
                    body);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    private Committed append(long schemaLsn, long hash, byte[] body, @Nullable UUID bodyId) throws SQLException {
        PreparedStatement statement = commit;
        if (statement == null) {
            statement = physical.prepareStatement(COMMIT);
            commit = statement;
        }
        statement.setLong(1, store.epoch().number());
        statement.setLong(2, schemaLsn);
        statement.setLong(3, hash);
        statement.setObject(4, OffsetDateTime.now(store.clock()));
        statement.setBytes(5, body);
        statement.setObject(6, bodyId);
        try (ResultSet head = statement.executeQuery()) {
            head.next();
            return new Committed(head.getLong(1), head.getInt(2) != 0);
        }
    }

    /** Writes what does not fit into one row, before the head is locked; null if all fits. */
    private @Nullable UUID writeChunks(LogBody body) throws SQLException {
        if (body.size() <= WeirSchema.FIRST_BYTES) {
            return null;
        }
        UUID bodyId = UUID.randomUUID();
        try (PreparedStatement statement = physical.prepareStatement(CHUNK)) {
            int ordinal = 0;
            for (long from = WeirSchema.FIRST_BYTES; from < body.size(); from += WeirSchema.CHUNK_BYTES) {
                statement.setObject(1, bodyId);
                statement.setInt(2, ordinal++);
                statement.setBytes(3, body.part(from, WeirSchema.CHUNK_BYTES));
                statement.executeUpdate();
            }
        }
        return bodyId;
    }

    private void checkEpoch() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet head = statement.executeQuery(HEAD)) {
            head.next();
            if (head.getLong(1) != store.epoch().number()) {
                throw new SQLRecoverableException(
                        "The transaction was rolled back: the primary is in epoch " + head.getLong(1)
                                + " and this connection was made in epoch " + store.epoch()
                                + "; connect again and repeat it",
                        "08006");
            }
        }
    }

    /** Whether the error can only come from a statement before COMMIT, so that nothing was committed. */
    private static boolean isKnownFailure(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("22")
                || state.startsWith("23")
                || state.startsWith("40")
                || state.startsWith("42")
                || state.startsWith("0A")
                || state.equals("HYT00")
                || state.equals("57014")
                || state.equals("90096");
    }

    private static SQLException unknown(SQLException cause) {
        return new SQLNonTransientConnectionException(
                "The commit was sent but its outcome is not known: " + cause.getMessage()
                        + "; check the data before repeating the transaction",
                "08007",
                cause);
    }

    private void rollbackAfter(SQLException error) {
        try {
            physical.rollback();
        } catch (SQLException e) {
            error.addSuppressed(e);
        }
    }
}
