package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * The structure of one schema change, as far as the DDL protocol needs it. Immutable.
 *
 * @param table the one existing table it changes; null if it changes none or that is not known
 * @param exclusive whether it copies or destroys data (ALTER that copies, DROP, TRUNCATE), or is not known not to
 * @param computesData whether it writes rows that another node would compute differently, as CREATE TABLE AS SELECT may
 * @param temporary whether it concerns a temporary object, which is never replicated
 * @param autonomous whether H2 neither commits for it nor undoes it on rollback, as CREATE SEQUENCE
 */
public record DdlShape(
        @Nullable TableName table, boolean exclusive, boolean computesData, boolean temporary, boolean autonomous) {}
