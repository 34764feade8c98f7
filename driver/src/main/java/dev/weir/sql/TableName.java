package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * A table as the statement names it. Immutable.
 *
 * @param schema the qualifier; null if the session's schema applies
 * @param name the table's name
 */
public record TableName(@Nullable Identifier schema, Identifier name) {
    /**
     * One identifier as written.
     *
     * @param text the characters, without quotes and with doubled quotes undone
     * @param quoted whether it was quoted, so that its case is exact; an unquoted one is folded by the database's own rule
     */
    public record Identifier(String text, boolean quoted) {}
}
