package dev.weir.capture;

import dev.weir.log.LoggedStatement.Change;
import java.util.List;

/** How one data modification is executed so that exactly what it changed is known. Immutable. */
sealed interface WritePlan {
    /** How many rows a statement may change. */
    enum Extent {
        /** As many as its text has. */
        GIVEN,
        /** Any number, but it can be told to end after some. */
        BOUNDABLE,
        /** Any number. */
        OPEN
    }

    /** It changes only what replicas do not have: executed as it is, not logged. */
    record Local() implements WritePlan {}

    /**
     * It is logged as text and parameters: its rows are fixed by a primary key in the statement and it reads nothing else.
     *
     * @param otherwise for parameters that the log cannot carry exactly
     */
    record Point(TableDefinition table, WritePlan otherwise) implements WritePlan {}

    /**
     * The rows it leaves are asked for as generated keys, in the same call.
     *
     * @param logged the columns to log, the key's first
     * @param reinserts whether the rows of an UPDATE are logged as deleted and inserted, all of them, since they may swap unique values
     * @param guarded whether it may change rows that the images do not show, so that a savepoint is needed to try {@code otherwise}
     * @param extent how many rows it may change; H2 loses images beyond MAX_MEMORY_ROWS, so that a savepoint is needed if that is not given
     */
    record Images(
            TableDefinition table,
            Change change,
            List<String> logged,
            boolean reinserts,
            boolean guarded,
            Extent extent,
            WritePlan otherwise)
            implements WritePlan {
        public Images {
            logged = List.copyOf(logged);
        }
    }

    /**
     * A DELETE, run inside OLD TABLE so that it returns what it deletes.
     *
     * @param extent how many rows it may delete
     * @param otherwise for so many rows that H2 does not return them all
     */
    record Deleted(TableDefinition table, Extent extent, WritePlan otherwise) implements WritePlan {}

    /**
     * The rows that match the condition are locked and read first; then the statement runs and returns their images; both must be as many.
     *
     * @param select the locking query, with the condition's parameters
     * @param parametersBefore how many of the statement's parameters precede the condition's
     */
    record LockFirst(TableDefinition table, String select, int parametersBefore, WritePlan otherwise)
            implements WritePlan {}

    /**
     * The tables are locked against all writers, read before and after, and the difference is logged.
     *
     * @param tables the target and all tables that its foreign keys may change
     */
    record Compare(List<TableDefinition> tables) implements WritePlan {
        public Compare {
            tables = List.copyOf(tables);
        }
    }

    /** It is executed as it is, and the primary tells which rows the transaction has changed meanwhile, whoever changed them. */
    record Traced() implements WritePlan {}

    /**
     * It is not executed, since what it changes cannot be known.
     *
     * @param reason what stands in the way and what to do instead
     */
    record Refused(String reason) implements WritePlan {}
}
