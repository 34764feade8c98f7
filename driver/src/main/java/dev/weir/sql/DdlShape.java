package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * The structure of one schema change, as far as the DDL protocol needs it. Immutable.
 *
 * @param table the one existing table it changes, or the temporary table that it creates for all sessions of an H2 node; null if there
 *     is none or it is not known
 * @param exclusive whether it copies or destroys data (ALTER that copies, DROP, TRUNCATE), or is not known not to
 * @param computesData whether it writes rows that another node would compute differently, as CREATE TABLE AS SELECT may
 * @param temporary whether it concerns a temporary object, which is never replicated
 * @param autonomous whether H2 neither commits for it nor undoes it on rollback, as CREATE SEQUENCE
 * @param droppedIndex the one index that it drops; null if it does not drop one, or which is not known
 */
public record DdlShape(
        @Nullable TableName table,
        boolean exclusive,
        boolean computesData,
        boolean temporary,
        boolean autonomous,
        @Nullable TableName droppedIndex) {
    /** One that does not drop an index. */
    public DdlShape(
            @Nullable TableName table, boolean exclusive, boolean computesData, boolean temporary, boolean autonomous) {
        this(table, exclusive, computesData, temporary, autonomous, null);
    }

    /** Whether it makes a temporary table that every session of the node sees: H2's are global unless declared local. */
    public boolean sharesTemporary() {
        return temporary && table != null;
    }
}
