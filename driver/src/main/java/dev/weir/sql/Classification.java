package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * What one SQL text is. Immutable, shared between connections and cached.
 *
 * @param kind what it is
 * @param reason why, in a short phrase for people, such as {@code "calls nextval"}; the same text for the same rule
 * @param hint the leading comment's directive; null if there is none
 * @param tableless whether a {@link Kind#READ} touches no table, so that any healthy node gives the same answer
 * @param pins whether it leaves state on its node, such as a temporary table or a lock, so that the session must stay there
 * @param readOnly for {@link Kind#BEGIN} whether the transaction is declared read-only
 * @param argument the savepoint's name as written, or the statement after EXPLAIN ROUTE, or {@code "CHAIN"} for a COMMIT or
 *     ROLLBACK that opens the next transaction at once; null otherwise
 * @param write the structure of a {@link Kind#WRITE} on one table of H2; null if it has none that is understood, and on
 *     PostgreSQL, where nothing is captured
 * @param ddl the structure of a {@link Kind#DDL}; null if it is not understood
 */
public record Classification(
        Kind kind,
        String reason,
        @Nullable Hint hint,
        boolean tableless,
        boolean pins,
        boolean readOnly,
        @Nullable String argument,
        @Nullable WriteShape write,
        @Nullable DdlShape ddl) {}
