package dev.weir.it.history;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/** How often clients were told what. Thread-safe. */
final class Failures {
    private static final Set<String> EXPECTED = Set.of("08", "40", "57", "HYT");
    private static final int FRAMES = 4;

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
                new Told(1, failure + " at " + firstOfOurs(failure)),
                (all, one) -> new Told(all.count + 1, all.first));
    }

    /** The states that do not tell of a lost connection, a transaction to be repeated, a cancelled statement or a timeout. */
    Set<String> strange() {
        return byState.keySet().stream()
                .filter(state -> EXPECTED.stream().noneMatch(state::startsWith))
                .collect(Collectors.toSet());
    }

    private static String firstOfOurs(SQLException failure) {
        return Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.weir."))
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return new TreeMap<>(Map.copyOf(byState)).toString();
    }
}
