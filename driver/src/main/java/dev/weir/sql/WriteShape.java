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
        int parameters) {
    public WriteShape {
        assigned = List.copyOf(assigned);
        keyed = List.copyOf(keyed);
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
