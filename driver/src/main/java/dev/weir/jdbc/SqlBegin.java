package dev.weir.jdbc;

import dev.weir.sql.Classification;
import org.jspecify.annotations.Nullable;

/**
 * A transaction opened by SQL. Immutable.
 *
 * @param isReadOnly whether it is declared so
 * @param modes what follows BEGIN or START TRANSACTION, to be given to SET TRANSACTION; null if nothing does
 * @param isByText whether its node has begun it within a text of several statements, so that only SQL ends it
 */
record SqlBegin(boolean isReadOnly, @Nullable String modes, boolean isByText) {
    /** One that a text of several statements has begun. */
    static final SqlBegin BY_TEXT = new SqlBegin(false, null, true);

    static SqlBegin of(Classification begin) {
        return new SqlBegin(begin.readOnly(), begin.argument(), false);
    }
}
