package dev.weir.replicator.monitor;

import java.time.Duration;

/**
 * How far behind a replica may be before it is said. Immutable.
 *
 * @param warning from here on a warning
 * @param critical from here on critical; not shorter than the warning
 */
public record LagLimits(Duration warning, Duration critical) {
    public static final LagLimits DEFAULT = new LagLimits(Duration.ofSeconds(5), Duration.ofSeconds(15));
    /** A level is left once the lag is a fifth below its limit. */
    private static final double MARGIN = 0.8;

    public LagLimits {
        if (warning.isNegative() || warning.isZero() || critical.compareTo(warning) < 0) {
            throw new IllegalArgumentException("Lag limits are " + warning + " (warning) and " + critical
                    + " (critical); the warning must be more than zero and not more than the critical one");
        }
    }

    /**
     * The level of a lag.
     *
     * @param present the level until now, which is kept while the lag is only just below its limit
     */
    Severity level(Duration lag, Severity present) {
        if (isReached(lag, critical, present == Severity.CRITICAL)) {
            return Severity.CRITICAL;
        }
        return isReached(lag, warning, present != Severity.INFO) ? Severity.WARNING : Severity.INFO;
    }

    private static boolean isReached(Duration lag, Duration limit, boolean held) {
        return lag.toNanos() >= limit.toNanos() * (held ? MARGIN : 1.0);
    }
}
