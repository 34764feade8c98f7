package dev.weir.sql;

import dev.weir.sql.TableName.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The structure of one data modification, as far as capture needs it to choose how to log it. Immutable.
 *
 * @param verb which statement it is
 * @param table the target
 * @param alias the target's alias, which the condition may use; null if it has none
 * @param assigned the columns that an INSERT lists (empty if it lists none) or an UPDATE or MERGE sets
 * @param keyed the columns that top-level conjuncts of the WHERE clause, or the KEY clause of a MERGE, bind by equality
 *     to a parameter or literal
 * @param rowLocal whether every expression reads only the target row, parameters, literals and functions known to be
 *     deterministic: no subquery, no other table, no volatile function, no session state, no LIMIT
 * @param values whether rows come from a VALUES list or DEFAULT VALUES rather than a query
 * @param deletes whether it may delete rows though the verb is not DELETE, as MERGE USING ... THEN DELETE or REPLACE
 * @param limited whether LIMIT, FETCH or TOP bounds the rows, so that the condition alone does not say which
 * @param where the text of the condition, without the word WHERE; empty if there is none
 * @param parameters how many parameters stand before the condition in the text, so that a condition run on its own binds the rest
 * @param delta the query around it that gives the rows it changes; null if it stands alone
 */
public record WriteShape(
        Verb verb,
        TableName table,
        @Nullable Identifier alias,
        List<Identifier> assigned,
        List<Identifier> keyed,
        boolean rowLocal,
        boolean values,
        boolean deletes,
        boolean limited,
        String where,
        int parameters,
        @Nullable Delta delta) {
    public WriteShape {
        assigned = List.copyOf(assigned);
        keyed = List.copyOf(keyed);
    }

    /** One that stands alone. */
    WriteShape(
            Verb verb,
            TableName table,
            @Nullable Identifier alias,
            List<Identifier> assigned,
            List<Identifier> keyed,
            boolean rowLocal,
            boolean values,
            boolean deletes,
            boolean limited,
            String where,
            int parameters) {
        this(verb, table, alias, assigned, keyed, rowLocal, values, deletes, limited, where, parameters, null);
    }

    /** The same inside a query. */
    WriteShape inside(Delta query) {
        return new WriteShape(
                verb, table, alias, assigned, keyed, rowLocal, values, deletes, limited, where, parameters, query);
    }

    /**
     * A query over {@code FINAL TABLE (...)}, {@code NEW TABLE (...)} or {@code OLD TABLE (...)}, H2's data change delta tables. Immutable.
     *
     * @param side which rows it gives
     * @param statement the data modification alone, which holds all of the text's parameters if {@code columns} is known
     * @param columns the columns of the changed table that it gives as they are and in this order, empty for all of them; null if it does more
     */
    public record Delta(
            Side side, String statement, @Nullable List<Identifier> columns) {
        public Delta {
            columns = columns == null ? null : List.copyOf(columns);
        }
    }

    /** The rows of a delta table. */
    public enum Side {
        /** As the statement leaves them. */
        FINAL,
        /** As the statement means to write them, before triggers. */
        NEW,
        /** As they were. */
        OLD
    }

    /** The data modifications that capture tells apart. */
    public enum Verb {
        INSERT,
        /** INSERT with ON DUPLICATE KEY UPDATE, ON CONFLICT, IGNORE, or REPLACE. */
        UPSERT,
        UPDATE,
        DELETE,
        /** {@code MERGE INTO t KEY (...) VALUES ...}: H2's own form. */
        MERGE_KEY,
        /** {@code MERGE INTO t USING ...}. */
        MERGE_USING
    }
}
