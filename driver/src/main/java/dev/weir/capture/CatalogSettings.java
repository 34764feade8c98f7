package dev.weir.capture;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the database that decide what a name means. Immutable.
 *
 * @param caseInsensitive whether names that differ in case only are the same
 * @param mode the compatibility mode; null for REGULAR
 * @param routines the names of the database's own routines, which could write
 * @param selectTriggers whether reading some table runs a trigger, which could write
 * @param traces whether the primary can tell which rows a transaction has changed, see {@link TransactionTrace}
 * @param writesAtOnce whether the primary can execute and log a statement in one round trip, see {@link WriteAtOnce}
 */
record CatalogSettings(
        Folding folding,
        boolean caseInsensitive,
        @Nullable String mode,
        Set<String> routines,
        boolean selectTriggers,
        boolean traces,
        boolean writesAtOnce) {
    /** Whether a query or a CALL may run code of the database's own. */
    boolean runsCode() {
        return !routines.isEmpty() || selectTriggers;
    }

    /** What becomes of an unquoted name. */
    enum Folding {
        UPPER,
        LOWER,
        NONE
    }
}
