package dev.weir.it.corpus;

import org.jspecify.annotations.Nullable;

/**
 * One statement of a script. Immutable.
 *
 * @param line where it stands in its file
 * @param expected what becomes of it
 * @param reason part of the message of the refusal; null unless it is refused
 */
record Step(
        int line, String sql, Expected expected, @Nullable String reason) {
    /** What becomes of a statement. */
    enum Expected {
        /** It gives the same on plain H2 and under Weir. */
        SAME,
        /** It succeeds on both, and what it gives differs each time. */
        VOLATILE,
        /** It succeeds on both, and says more of a cluster than of plain H2. */
        SUCCEEDS,
        /** It fails on both, with the same error. */
        FAILS,
        /** Weir refuses it with 0A000 or 42501, and it is not run on plain H2. */
        REFUSED
    }

    /** A line that speaks to the runner rather than to the database: {@code @session 2}, {@code @autocommit off}, {@code @commit}, {@code @rollback}. */
    boolean isDirective() {
        return sql.startsWith("@");
    }
}
