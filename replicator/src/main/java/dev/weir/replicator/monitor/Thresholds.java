package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.Map;

/**
 * From where on a monitor calls something wrong. Immutable.
 *
 * @param lag the limits of replicas that have none of their own
 * @param lagOf limits of single replicas, by name
 * @param silenceWarning how long a node may give no sign of life before a warning
 * @param silenceCritical how long before that is critical
 * @param stallAfter how long a replica that has entries to apply may apply none
 * @param clockSkew how much clocks may differ
 * @param logEntries how long the log may get before a warning; critical at five times as many
 * @param diskWarning how many bytes a store's disk should have left
 * @param diskCritical how many it must have left
 * @param clearAfter how long something must be better before it is called better
 */
public record Thresholds(
        LagLimits lag,
        Map<String, LagLimits> lagOf,
        Duration silenceWarning,
        Duration silenceCritical,
        Duration stallAfter,
        Duration clockSkew,
        long logEntries,
        long diskWarning,
        long diskCritical,
        Duration clearAfter) {
    private static final long MEGABYTE = 1024L * 1024;

    public static final Thresholds DEFAULT = new Thresholds(
            LagLimits.DEFAULT,
            Map.of(),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            10_000_000,
            1_024 * MEGABYTE,
            256 * MEGABYTE,
            Duration.ofSeconds(5));

    public Thresholds {
        lagOf = Map.copyOf(lagOf);
    }

    /** The same with other limits of lag. */
    public Thresholds withLag(LagLimits all, Map<String, LagLimits> single) {
        return new Thresholds(
                all,
                single,
                silenceWarning,
                silenceCritical,
                stallAfter,
                clockSkew,
                logEntries,
                diskWarning,
                diskCritical,
                clearAfter);
    }

    /** The same with other times. */
    public Thresholds withTimes(Duration silence, Duration longSilence, Duration stall, Duration clear) {
        return new Thresholds(
                lag, lagOf, silence, longSilence, stall, clockSkew, logEntries, diskWarning, diskCritical, clear);
    }

    LagLimits lagLimitsOf(String replica) {
        return lagOf.getOrDefault(replica, lag);
    }
}
