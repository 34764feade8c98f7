package dev.weir.replicator.monitor;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Something that was found wrong, from when to when. Immutable.
 *
 * @param id unique within one run of a monitor
 * @param severity the present one; after the end, the worst
 * @param start when it was first seen, by the monitor's clock
 * @param end when it was last seen; empty while it goes on
 * @param message what is wrong, by how much, and what to do
 * @param evidence the figures that show it
 */
public record Alert(
        long id,
        AlertKind kind,
        String node,
        Severity severity,
        Instant start,
        Optional<Instant> end,
        String message,
        Map<String, String> evidence) {
    public boolean isOpen() {
        return end.isEmpty();
    }
}
