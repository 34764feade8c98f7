package dev.weir.sql;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the primary's catalog adds to the text of a statement: the names that a text alone would misjudge. Immutable; names
 * match whatever their letter case.
 *
 * <p>A view cannot be told from a table by its name, so the definitions of views are read on the primary and {@link #withViews}
 * names those that do anything but read. A read that names one, in any schema and in any place, goes to the primary.
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

    /**
     * This catalog, knowing also which of the database's views have effects: those whose query, judged as a statement of its own, is
     * not a plain read, and those that read such a view in turn.
     *
     * @param views the views of the database's own schemas; reads of the system's schemas go to the primary anyway
     */
    public Catalog withViews(SqlDialect dialect, Collection<View> views) {
        Catalog known = this;
        int before;
        do {
            before = known.volatileRelations.size();
            TextClassifier classifier = new TextClassifier(dialect, known);
            Set<String> found = new HashSet<>(known.volatileRelations);
            views.stream().filter(view -> !view.isPlainRead(classifier)).forEach(view -> found.add(view.name));
            known = new Catalog(found, readOnlyFunctions, volatileFunctions);
        } while (known.volatileRelations.size() > before);
        return known;
    }

    /**
     * A view as the database's catalog has it. Immutable.
     *
     * @param name its name without schema
     * @param query its definition; null if the catalog does not show it, which counts as having effects
     */
    public record View(String name, @Nullable String query) {
        private boolean isPlainRead(TextClassifier classifier) {
            return query != null && classifier.classify(query).kind() == Kind.READ;
        }
    }

    private static Set<String> folded(Set<String> names) {
        return names.stream()
                .map(name -> name.strip().toUpperCase(Locale.ENGLISH))
                .collect(Collectors.toUnmodifiableSet());
    }
}
