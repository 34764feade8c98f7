package dev.weir.sql;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Names of those of a PostgreSQL database's objects whose use leaves something in the session. Immutable.
 *
 * @param setting those that may set a variable, of which no server tells
 * @param holding those that may leave what the server can be asked about: temporary tables, locks, cursors and the like
 */
public record SessionEffects(Set<String> setting, Set<String> holding) {
    /** No such object is known. */
    public static final SessionEffects NONE = new SessionEffects(Set.of(), Set.of());

    public SessionEffects {
        setting = folded(setting);
        holding = folded(holding);
    }

    private static Set<String> folded(Set<String> names) {
        Set<String> folded = new HashSet<>();
        for (String name : names) {
            folded.add(name.toUpperCase(Locale.ENGLISH));
        }
        return Set.copyOf(folded);
    }

    boolean isEmpty() {
        return setting.isEmpty() && holding.isEmpty();
    }
}
