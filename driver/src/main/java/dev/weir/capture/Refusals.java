package dev.weir.capture;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTransactionRollbackException;

/** The errors that capture itself raises. Thread-safe. */
final class Refusals {
    /** H2's error code for a deadlock, after which the whole transaction is gone. */
    static final int DEADLOCK = 40001;

    private static final int GENERAL_ERROR = 50000;

    /** How the error of a statement begins that cannot be replicated exactly. */
    static final String PREFIX = "This statement was not executed: ";

    private Refusals() {}

    /** 0A000: the statement cannot be replicated exactly. */
    static SQLException notReplicable(String reason) {
        return new SQLFeatureNotSupportedException(PREFIX + reason, "0A000");
    }

    /** 42501: schema WEIR belongs to Weir. */
    static SQLException weirSchema() {
        return new SQLSyntaxErrorException(
                "Schema WEIR belongs to Weir and cannot be changed by an application; use another schema", "42501");
    }

    /** 40001: the transaction was rolled back and may be repeated. */
    static SQLException rolledBack(String reason) {
        return new SQLTransactionRollbackException(
                "The transaction was rolled back: " + reason + "; repeat it", "40001");
    }

    /** 0A000: what was executed has committed by itself, so that no entry holds what it changed, and replicas are copied anew. */
    static SQLException endedByItself() {
        return new SQLFeatureNotSupportedException(
                "The statement has committed or rolled back the transaction from within, so that its changes could not be logged:"
                        + " what it committed stays, and every replica copies the primary anew. Do not end transactions in triggers and routines",
                "0A000");
    }

    /** Whether H2 chose the transaction as the victim of a deadlock, which takes all of it back. */
    static boolean isDeadlock(SQLException error) {
        return error.getErrorCode() == DEADLOCK;
    }

    /** Whether H2 failed within itself, so that it is not known what it did. */
    static boolean isInternal(SQLException error) {
        return error.getErrorCode() == GENERAL_ERROR;
    }

    /** Whether the statement may have left more than nothing. */
    static boolean endsTransaction(SQLException error) {
        return isDeadlock(error) || isInternal(error);
    }

    /** H2's own code for a query where a count is expected. */
    static SQLException rowsForCount() {
        return new SQLNonTransientException(
                "The statement gives rows where a count is expected; use execute or executeQuery", "90001", 90001);
    }

    /** H2's own code for a statement without rows where some are expected. */
    static SQLException countForRows() {
        return new SQLNonTransientException(
                "The statement gives a count where rows are expected; use execute or executeUpdate", "90002", 90002);
    }
}
