package dev.weir.jdbc;

import dev.weir.cluster.Node;
import dev.weir.sql.Classification;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLNonTransientException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The errors that this room raises itself, each with its SQLSTATE. */
final class Refusal {
    private static final String NO_RESULT = "02000";
    private static final String CONNECTION_CLOSED = "08003";
    private static final String CONNECTION_LOST = "08006";
    private static final String NO_CONNECTION = "08003";
    private static final String IN_DOUBT = "08007";
    private static final String UNSUPPORTED = "0A000";
    private static final String INVALID_VALUE = "22023";
    private static final String IN_TRANSACTION = "25001";
    private static final String READ_ONLY = "25006";
    private static final String NO_TRANSACTION = "25P01";
    private static final String ROLLED_BACK = "40001";
    private static final String NOT_IN_STATE = "55000";

    private static final String CANCELLED = "57014";
    private static final int CANCELLED_CODE = 57014;

    private Refusal() {}

    static SQLException connectionClosed() {
        return new SQLNonTransientConnectionException("The connection is closed; take a new one", CONNECTION_CLOSED);
    }

    static SQLException noPrimary() {
        return new SQLTransientConnectionException(
                "No primary is known at the moment; repeat the transaction when one is back", CONNECTION_LOST);
    }

    static SQLException statementClosed() {
        return new SQLNonTransientException("The statement is closed; create a new one", NOT_IN_STATE);
    }

    static SQLException resultClosed() {
        return new SQLNonTransientException("The result set is closed; execute its statement again", NOT_IN_STATE);
    }

    /** The commit may or may not have happened: 08007, not transient, since running the work again may do it twice. */
    static SQLException inDoubt(Node node, SQLException cause) {
        return new SQLNonTransientConnectionException(
                "The connection to primary " + node.name()
                        + " broke before it answered a commit, which may or may not have happened; it is not sent again:"
                        + " check the data before repeating the work",
                IN_DOUBT,
                cause.getErrorCode(),
                cause);
    }

    /** The transaction's connection was broken off before its commit was sent, so that nothing of it can be there: 40001. */
    static SQLException transactionLost(Node node) {
        return new SQLTransactionRollbackException(
                "The transaction on " + node.name()
                        + " is lost: its connections were broken off because the node gives no sign of life or is not the primary"
                        + " any more. Nothing of it was committed; roll back and repeat it",
                ROLLED_BACK);
    }

    /**
     * A lost connection in the words of the standard: H2 has a SQLSTATE of its own for it, and pgjdbc says 08003, as if the application had
     * closed it, once the connection has been broken off.
     */
    static SQLException lost(Node node, SQLException cause) {
        String state = cause.getSQLState();
        return state == null || !(state.startsWith("90") || state.equals(NO_CONNECTION))
                ? cause
                : new SQLNonTransientConnectionException(
                        "The connection to " + node.name() + " is lost: " + cause.getMessage(),
                        CONNECTION_LOST,
                        cause.getErrorCode(),
                        cause);
    }

    static SQLException stateLost(Node node) {
        return new SQLNonTransientConnectionException(
                "The connection to " + node.name()
                        + " was broken off, and with it went state that the session had left there, such as a temporary table or"
                        + " a lock; close this connection and take a new one",
                CONNECTION_LOST);
    }

    static SQLException timedOut(long limitNanos, Node node, SQLException cause) {
        return new SQLTimeoutException(
                "The query timeout of " + TimeUnit.NANOSECONDS.toSeconds(limitNanos) + " s ended while node "
                        + node.name() + " did not answer; the connection was broken off",
                CANCELLED,
                CANCELLED_CODE,
                cause);
    }

    static SQLException writeWhileReadOnly(Classification classification) {
        return new SQLNonTransientException(
                "A read-only connection or transaction refuses a statement that " + clause(classification)
                        + "; call setReadOnly(false) before the transaction",
                READ_ONLY);
    }

    private static String clause(Classification classification) {
        return switch (classification.kind()) {
            case DDL -> "changes the schema";
            case MULTIPLE -> "is one of several, not all of them plain reads";
            case UNKNOWN -> "is not known to only read (" + classification.reason() + ")";
            default -> "writes";
        };
    }

    static SQLException inTransaction(String what) {
        return new SQLNonTransientException(
                what + " cannot change while a transaction is open; commit or roll back first", IN_TRANSACTION);
    }

    static SQLException unwrapOnReplica(Class<?> type, Node replica) {
        return new SQLNonTransientException(
                "unwrap(" + type.getSimpleName()
                        + ") gives the primary's connection, and the open read-only transaction"
                        + " runs on replica " + replica.name()
                        + "; commit or roll back first, or unwrap before the transaction's first statement",
                IN_TRANSACTION);
    }

    static SQLException schemaUnread(Duration waited) {
        return new SQLTransientException(
                "The schema has just changed and could not be read from the primary within " + waited.toMillis()
                        + " ms, so that it is not known whether the read-only transaction's replica may run the read;"
                        + " repeat the transaction",
                NOT_IN_STATE);
    }

    static SQLException cancelled() {
        return new SQLTimeoutException(
                "The statement was cancelled before it was sent to a node", CANCELLED, CANCELLED_CODE);
    }

    static SQLException inBranch(String call) {
        return new SQLNonTransientException(
                call
                        + " is refused while the connection takes part in a distributed transaction; the transaction manager"
                        + " ends it",
                "2D000");
    }

    static SQLException noTransaction(String call) {
        return new SQLNonTransientException(
                call + " needs a transaction, and auto-commit is on; call setAutoCommit(false) first", NO_TRANSACTION);
    }

    static SQLException notInBatch(Classification classification) {
        return new SQLFeatureNotSupportedException(
                "A batch takes data changes, and this statement is of kind " + classification.kind()
                        + "; execute it on its own",
                UNSUPPORTED);
    }

    static SQLException preparedOnly() {
        return new SQLNonTransientException(
                "A prepared statement has its SQL already; call the form without SQL, or create a plain statement",
                UNSUPPORTED);
    }

    static SQLException noResultSet() {
        return new SQLNonTransientException("The statement returns no result set; use execute", NO_RESULT);
    }

    static SQLException resultSetReturned() {
        return new SQLNonTransientException("The statement returns a result set; use executeQuery", "0100E");
    }

    static SQLException parameterUnset(int index) {
        return new SQLNonTransientException(
                "Parameter " + index + " is not set; set every parameter before executing", "07002");
    }

    static SQLException consumedStream() {
        return new SQLNonTransientException(
                "A stream parameter was sent to another node already and cannot be read again; set it anew before"
                        + " executing",
                "07002");
    }

    static SQLException invalid(String message) {
        return new SQLSyntaxErrorException(message, INVALID_VALUE);
    }

    static SQLException unsupported(String message) {
        return new SQLFeatureNotSupportedException(message, UNSUPPORTED);
    }

    static SQLException notWrapper(Class<?> type) {
        return new SQLNonTransientException(
                "Neither Weir nor the target driver's object is a " + type.getName() + "; ask isWrapperFor first",
                "0A000");
    }

    static SQLClientInfoException clientInfo(SQLException cause) {
        return new SQLClientInfoException(
                cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), Map.of(), cause);
    }
}
