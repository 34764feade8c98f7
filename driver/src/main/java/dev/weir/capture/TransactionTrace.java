package dev.weir.capture;

import dev.weir.log.BodyReader;
import dev.weir.log.LogBody;
import dev.weir.log.LoggedStatement;
import dev.weir.log.WeirSchema;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;

/**
 * The rows that a transaction changes from a moment on, by whatever means: triggers, cascades, views. The primary itself tells, from what it keeps to undo the
 * transaction, through functions that whoever opens its store provides. Confined to one connection.
 */
final class TransactionTrace {
    private static final String MARK = "SELECT WEIR.TRANSACTION_MARK()";
    private static final String CHANGES = "SELECT WEIR.TRANSACTION_CHANGES(?)";
    private static final String PART = "SELECT WEIR.TRANSACTION_CHANGES_PART(?)";
    private static final String SHOWN = "SELECT WEIR.MAX_MEMORY_ROWS()";

    /** What the function says if the transaction is no longer the same. */
    private static final String ENDED = "The transaction was ended by what it executed";

    private final Connection physical;
    private final String mark;

    private TransactionTrace(Connection physical, String mark) {
        this.physical = physical;
        this.mark = mark;
    }

    /** Notes the present place in the transaction. */
    static TransactionTrace start(Connection physical) throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet row = statement.executeQuery(MARK)) {
            row.next();
            return new TransactionTrace(physical, row.getString(1));
        }
    }

    /** Takes one change after the other. */
    @FunctionalInterface
    interface Receiver {
        void take(LoggedStatement.Rows change) throws SQLException;
    }

    /** Hands over for each table the rows that are gone, those that have another image, and those that are new. */
    void changes(Receiver receiver) throws SQLException {
        try (LogBody changes = changes()) {
            BodyReader statements = changes.reader();
            for (LoggedStatement next = statements.next(); next != null; next = statements.next()) {
                receiver.take((LoggedStatement.Rows) next);
            }
        } catch (UncheckedIOException e) {
            throw new SQLNonTransientException(e.getMessage(), "58030", e);
        }
    }

    private LogBody changes() throws SQLException {
        byte[] first;
        try (PreparedStatement statement = physical.prepareStatement(CHANGES)) {
            statement.setString(1, mark);
            first = bytes(statement);
        }
        if (first.length < WeirSchema.CHUNK_BYTES) {
            return new LogBody(first);
        }
        try (PreparedStatement statement = physical.prepareStatement(PART)) {
            int[] length = {first.length};
            return LogBody.of(number -> {
                if (number == 0) {
                    return first;
                }
                if (length[0] < WeirSchema.CHUNK_BYTES) {
                    return null;
                }
                statement.setInt(1, number);
                byte[] part = bytes(statement);
                length[0] = part.length;
                return part;
            });
        }
    }

    private static byte[] bytes(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBytes(1);
        }
    }

    /** How many changed rows H2 gives as generated keys or from a delta table: beyond, it loses some. */
    static long mostShown(Connection physical) throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet row = statement.executeQuery(SHOWN)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Whether the transaction has been ended by what was executed in it. */
    static boolean isEnded(SQLException error) {
        return error.getMessage() != null && error.getMessage().contains(ENDED);
    }
}
