package dev.weir.capture;

import dev.weir.log.BodyReader;
import dev.weir.log.LoggedStatement;
import java.io.ByteArrayOutputStream;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The rows that a transaction changes from a moment on, by whatever means: triggers, cascades, views. The primary itself tells, from what it keeps to undo the
 * transaction, through functions that whoever opens its store provides. Confined to one connection.
 */
final class TransactionTrace {
    private static final String MARK = "SELECT WEIR.TRANSACTION_MARK()";
    private static final String CHANGES = "SELECT WEIR.TRANSACTION_CHANGES(?)";

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

    /** For each table the rows that are gone or have another image, then those that are new. */
    List<LoggedStatement> changes() throws SQLException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (PreparedStatement statement = physical.prepareStatement(CHANGES)) {
            statement.setString(1, mark);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Array parts = row.getArray(1);
                for (Object part : (Object[]) parts.getArray()) {
                    body.writeBytes((byte[]) part);
                }
            }
        }
        return body.size() == 0 ? List.of() : BodyReader.read(body.toByteArray());
    }

    /** Whether the transaction has been ended by what was executed in it. */
    static boolean isEnded(SQLException error) {
        return error.getMessage() != null && error.getMessage().contains(ENDED);
    }
}
