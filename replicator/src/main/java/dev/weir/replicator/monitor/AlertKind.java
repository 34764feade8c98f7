package dev.weir.replicator.monitor;

import java.util.Locale;

/** What an alert is about. Immutable. */
public enum AlertKind {
    /** A replica is too far behind. */
    LAG,
    /** A replica should apply entries and applies none. */
    STALL,
    /** A replica differs from the primary. */
    DIVERGENCE,
    /** A replica was stopped or paused in order. */
    STOPPED,
    /** A node does not answer. */
    UNREACHABLE,
    /** The primary's log has become long. */
    LOG_GROWTH,
    /** A store's disk is nearly full. */
    DISK_SPACE,
    /** The clocks of two nodes differ. */
    CLOCK_SKEW,
    /** Commits no longer wait for a replica that they used to wait for. */
    ASYNCHRONOUS,
    /** What can be done without a person has been done and was not enough. */
    HEALING;

    /** The name in logs, JSON and metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
