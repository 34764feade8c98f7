package dev.weir.capture;

import dev.weir.log.BodyWriter;
import dev.weir.log.DirectCommits.Committed;
import dev.weir.log.LoggedStatement;
import dev.weir.log.SessionContext;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executes, logs and commits one statement of a remote primary's session in one round trip, through a function that whoever opens the primary's store provides. Confined to one connection.
 */
final class WriteAtOnce {
    /** The function tells count, LSN and gate, or an LSN of -1 if it has done nothing. */
    private static final String WRITE = "CALL WEIR.WRITE(?1, ?2, ?3); COMMIT";

    private static final long NOTHING_DONE = -1;

    private final Connection physical;
    private final PrimaryStore store;
    private @Nullable PreparedStatement write;

    WriteAtOnce(Connection physical, PrimaryStore store) {
        this.physical = physical;
        this.store = store;
    }

    /**
     * What has been done.
     *
     * @param committed null if the statement has changed nothing, so that nothing is logged
     */
    record Written(long count, @Nullable Committed committed) {}

    /**
     * Executes a statement, if it can be done so.
     *
     * @param schemaLsn of the schema that its plan relies on
     * @param parameters values that the log has a form for
     * @return null if nothing has been done; then the ordinary way must be taken, which tells the reason if there is one
     * @throws SQLException 08007 if it is not known whether it was committed; else nothing was
     */
    @Nullable Written write(long schemaLsn, SessionContext context, String sql, List<@Nullable Object> parameters)
            throws SQLException {
        BodyWriter body = new BodyWriter();
        body.append(new LoggedStatement.Sql(context, sql, parameters, 1));
        if (body.size() > WeirSchema.FIRST_BYTES) {
            return null;
        }
        PreparedStatement call = write;
        if (call == null) {
            call = physical.prepareStatement(WRITE);
            write = call;
        }
        call.setLong(1, store.epoch().number());
        call.setLong(2, schemaLsn);
        call.setBytes(3, body.toByteArray());
        try (ResultSet result = call.executeQuery()) {
            result.next();
            Object[] told = (Object[]) result.getArray(1).getArray();
            long lsn = (Long) told[1];
            if (lsn == NOTHING_DONE) {
                return null;
            }
            return new Written((Long) told[0], lsn == 0 ? null : new Committed(lsn, (Long) told[2] != 0));
        } catch (SQLException e) {
            throw Refusals.isDeadlock(e) || isBeforeCommit(e) ? e : unknown(e);
        }
    }

    /** Only what the statement itself may wait for is told as an error of it; see the function. */
    private static boolean isBeforeCommit(SQLException e) {
        return "HYT00".equals(e.getSQLState()) || "57014".equals(e.getSQLState());
    }

    private static SQLException unknown(SQLException cause) {
        return new SQLNonTransientConnectionException(
                "The write was sent but its outcome is not known: " + cause.getMessage()
                        + "; check the data before repeating it",
                "08007",
                cause);
    }
}
