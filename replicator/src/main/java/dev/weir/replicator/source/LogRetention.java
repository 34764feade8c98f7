package dev.weir.replicator.source;

import java.time.Duration;

/**
 * How much of a primary's log is kept. Immutable.
 *
 * @param maxBytes beyond this the oldest entries go, even if a replica needs them
 * @param maxAge entries committed longer ago go, even if a replica needs them
 * @param kept entries that no replica needs any more are kept for so long, for people and for stores that come back from a crash
 */
public record LogRetention(long maxBytes, Duration maxAge, Duration kept) {
    /** 1 GiB, one day, ten minutes. */
    public static final LogRetention DEFAULT = new LogRetention(1L << 30, Duration.ofDays(1), Duration.ofMinutes(10));

    public LogRetention {
        if (maxBytes < 1 || maxAge.isNegative() || kept.isNegative()) {
            throw new IllegalArgumentException("The log cannot be kept within " + maxBytes + " bytes, for at most "
                    + maxAge + " and at least " + kept + "; give 1 byte or more, and no negative durations");
        }
    }
}
