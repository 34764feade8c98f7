package dev.weir.capture;

import org.jspecify.annotations.Nullable;

/**
 * The settings of the database that decide what a name means. Immutable.
 *
 * @param caseInsensitive whether names that differ in case only are the same
 * @param mode the compatibility mode; null for REGULAR
 * @param userRoutines whether the database has routines of its own, which could write
 */
record CatalogSettings(
        Folding folding, boolean caseInsensitive, @Nullable String mode, boolean userRoutines) {
    /** What becomes of an unquoted name. */
    enum Folding {
        UPPER,
        LOWER,
        NONE
    }
}
