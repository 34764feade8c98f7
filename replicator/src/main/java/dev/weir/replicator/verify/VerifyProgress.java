package dev.weir.replicator.verify;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a comparison has got. Immutable.
 *
 * @param table what is being compared
 * @param rows how many rows of the primary have been, in all
 * @param total how many there are, about
 */
public record VerifyProgress(String replica, String table, long rows, long total, Duration elapsed) {
    /** How long it will take yet; empty while that cannot be told. */
    public Optional<Duration> left() {
        return rows < 1
                ? Optional.empty()
                : Optional.of(
                        Duration.ofMillis((long) ((double) Math.max(0, total - rows) / rows * elapsed.toMillis())));
    }
}
