package dev.weir.sql;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the primary's catalog adds to the text of a statement: the names that a text alone would misjudge. Immutable; names
 * match whatever their letter case.
 *
 * <p>A view cannot be told from a table by its name, so the cluster's dialect reads the definitions of views on the primary and
 * names those that call anything but pure functions. A read that names one, in any schema and in any place, goes to the primary.
 *
 * @param volatileRelations views and tables whose reading may write, lock or consume, or that a replica does not hold, as an
 *     unlogged table; without schema
 * @param readOnlyFunctions the database's own functions known to be free of side effects, named as a statement calls them:
 *     {@code f} stands for the call {@code f(...)}, {@code s.f} for {@code s.f(...)}
 * @param volatileFunctions the database's own functions that may have side effects, without schema; they outrank every list of
 *     pure ones, so that an overload of a built-in name is seen
 */
public record Catalog(Set<String> volatileRelations, Set<String> readOnlyFunctions, Set<String> volatileFunctions) {
    /** Nothing known beyond the text. */
    public static final Catalog EMPTY = new Catalog(Set.of(), Set.of(), Set.of());

    public Catalog {
        volatileRelations = folded(volatileRelations);
        readOnlyFunctions = folded(readOnlyFunctions);
        volatileFunctions = folded(volatileFunctions);
    }

    private static Set<String> folded(Set<String> names) {
        return names.stream()
                .map(name -> name.strip().toUpperCase(Locale.ENGLISH))
                .collect(Collectors.toUnmodifiableSet());
    }
}
