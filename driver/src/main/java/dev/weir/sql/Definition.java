package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * Something of a database's own that statements name and that may hide effects: a view, a function, an operator, a type. It is
 * free of them if its body is. Immutable.
 *
 * @param kind what it is
 * @param schema the schema it is in
 * @param name its name, exactly as the catalog has it
 * @param language what the body is written in: {@code sql} for a query or expression after SELECT and for an SQL function,
 *     {@code plpgsql} for a block; of any other language nothing is known
 * @param body what is evaluated when it is used; empty if that is known to be harmless, null if it cannot be known
 */
public record Definition(
        Kind kind,
        String schema,
        String name,
        String language,
        @Nullable String body) {
    /** Where a statement can name it. */
    public enum Kind {
        /** A view or another relation, or a type: any name in a statement may be its. */
        RELATION,
        /** A function or an aggregate, named before a parenthesis. */
        FUNCTION,
        /** An operator on the database's built-in types. */
        OPERATOR
    }
}
