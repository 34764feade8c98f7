package dev.weir.it.history;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How often clients were told what. Thread-safe. */
final class Failures {
    private final ConcurrentMap<String, Told> byState = new ConcurrentHashMap<>();

    /**
     * What a state stood for.
     *
     * @param first what was said the first time
     */
    private record Told(int count, String first) {
        @Override
        public String toString() {
            return count + " times, first '" + first + "'";
        }
    }

    void add(SQLException failure) {
        byState.merge(
                String.valueOf(failure.getSQLState()),
                new Told(1, failure + " at " + failure.getStackTrace()[0]),
                (all, one) -> new Told(all.count + 1, all.first));
    }

    @Override
    public String toString() {
        return new TreeMap<>(Map.copyOf(byState)).toString();
    }
}
