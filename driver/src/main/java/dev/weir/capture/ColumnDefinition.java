package dev.weir.capture;

import org.jspecify.annotations.Nullable;

/**
 * A column of an H2 table, as far as logging its values needs it. Immutable.
 *
 * @param name exact
 * @param defaultSql the default's SQL; null if there is none
 * @param identity whether the column generates its own value
 * @param alwaysIdentity whether the column refuses another value unless overridden
 * @param generation the expression of a GENERATED ALWAYS AS column, which is never written; null for others
 * @param onUpdate whether an UPDATE that does not mention the column changes it
 * @param domain whether its type is a domain, which may bring a default of its own
 * @param visible whether {@code *} and an INSERT without a column list include it
 */
record ColumnDefinition(
        String name,
        @Nullable String defaultSql,
        boolean identity,
        boolean alwaysIdentity,
        @Nullable String generation,
        boolean onUpdate,
        boolean domain,
        boolean visible) {
    boolean isWritable() {
        return generation == null;
    }
}
