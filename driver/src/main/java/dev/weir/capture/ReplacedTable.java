package dev.weir.capture;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import org.jspecify.annotations.Nullable;

/**
 * A table that a schema change replaced or dropped when H2 had begun a statement on it, or before the transaction that wrote to it was committed. H2 takes such a statement back, in
 * the words for a closed database or for an error of its own, so that only the schema's position tells. Thread-safe.
 */
final class ReplacedTable {
    /** H2: the database is closed; said of what stored a table's rows, too. */
    private static final int DATABASE_CLOSED = 90098;

    private ReplacedTable() {}

    /** Whether an error may come from a schema change, as far as it tells by itself. */
    static boolean maySpeakOf(SQLException error) {
        return isOfClosed(error) || Refusals.isInternal(error);
    }

    /** Whether an error says that something is closed, which may be the database. */
    static boolean isOfClosed(SQLException error) {
        return error.getErrorCode() == DATABASE_CLOSED;
    }

    /**
     * Whether an error comes from a schema change.
     *
     * @param schemaLsn the position of the schema that the statement was begun under
     */
    static boolean isCauseOf(SQLException error, long schemaLsn, Connection physical, PrimaryStore store) {
        if (!maySpeakOf(error)) {
            return false;
        }
        try {
            return store.refresh(physical).schemaLsn() != schemaLsn;
        } catch (SQLException closedIndeed) {
            error.addSuppressed(closedIndeed);
            return false;
        }
    }

    /** 40001, with H2's code for a deadlock: nothing is left of the transaction. */
    static SQLException replaced(SQLException cause) {
        return new RolledBack(
                "The transaction was rolled back: a table was altered or dropped when a statement on it had just begun;"
                        + " repeat it",
                Refusals.DEADLOCK,
                cause);
    }

    /** 40001: a statement found no row while the schema changed. */
    static SQLException altered() {
        return new RolledBack(
                "The statement was rolled back: the schema changed while it began, and it found no row; repeat it",
                0,
                null);
    }

    /** 40001: the transaction can only be rolled back. */
    static SQLException altered(QualifiedName table) {
        return new RolledBack(
                "The transaction was rolled back: table " + table
                        + " was altered just before this transaction wrote to it; repeat it",
                0,
                null);
    }

    /** Whether it is one of the errors above. */
    static boolean isToldBy(SQLException error) {
        return error instanceof RolledBack;
    }

    private static final class RolledBack extends SQLTransactionRollbackException {
        private static final long serialVersionUID = 1;

        RolledBack(String message, int code, @Nullable SQLException cause) {
            super(message, "40001", code, cause);
        }
    }
}
