package dev.weir.it.history;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How often clients were told what. Thread-safe. */
final class Failures {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    void add(SQLException failure) {
        counts.computeIfAbsent(String.valueOf(failure.getSQLState()), state -> new LongAdder())
                .increment();
    }

    @Override
    public String toString() {
        return new TreeMap<>(counts).toString();
    }
}
