package dev.weir.replicator.monitor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is wrong at this moment. Immutable.
 *
 * @param node the node that it is wrong with
 * @param message what is wrong, by how much, and what to do
 * @param evidence the figures that show it, in the order in which to show them
 */
public record Condition(AlertKind kind, String node, Severity severity, String message, Map<String, String> evidence) {
    public Condition {
        evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
    }
}
