package dev.weir.replicator.replica;

import dev.weir.replicator.replica.ApplyFailure.Remedy;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.h2.jdbc.JdbcException;

/** What an SQL error means for the store in which it happened. Immutable. */
enum SqlTrouble {
    /** Another session is in the way; the same statement may work later. */
    CONFLICT(Remedy.RETRY),
    /** The session or the store is lost or cannot write; it must be opened anew. */
    STORE_LOST(Remedy.REOPEN),
    /** The statement itself cannot be executed. */
    REFUSED(Remedy.NONE);

    private final Remedy remedy;

    SqlTrouble(Remedy remedy) {
        this.remedy = remedy;
    }

    Remedy remedy() {
        return remedy;
    }

    /** Whether a statement failed at the rows that it met or made, so that H2's message holds values. */
    static boolean isAboutRows(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("22") || state.startsWith("23");
    }

    /** What may be said of an error where anyone may read it: no values, and no text of a statement, which may hold some. */
    static String told(SQLException e) {
        if (isAboutRows(e) || String.valueOf(e.getSQLState()).startsWith("42")) {
            return "failed here with SQLSTATE " + e.getSQLState() + " (H2's error " + e.getErrorCode() + ")";
        }
        return e instanceof JdbcException h2 ? h2.getOriginalMessage() : String.valueOf(e.getMessage());
    }

    static SqlTrouble of(SQLException e) {
        return switch (e.getErrorCode()) {
            case ErrorCode.LOCK_TIMEOUT_1,
                    ErrorCode.DEADLOCK_1,
                    ErrorCode.CONCURRENT_UPDATE_1,
                    ErrorCode.ROW_NOT_FOUND_WHEN_DELETING_1,
                    ErrorCode.STATEMENT_WAS_CANCELED,
                    ErrorCode.DATABASE_IS_IN_EXCLUSIVE_MODE -> CONFLICT;
            case ErrorCode.OBJECT_CLOSED,
                    ErrorCode.DATABASE_IS_CLOSED,
                    ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
                    ErrorCode.CONNECTION_BROKEN_1,
                    ErrorCode.IO_EXCEPTION_1,
                    ErrorCode.IO_EXCEPTION_2,
                    ErrorCode.FILE_CORRUPTED_1,
                    ErrorCode.OUT_OF_MEMORY,
                    ErrorCode.GENERAL_ERROR_1 -> STORE_LOST;
            default -> REFUSED;
        };
    }
}
