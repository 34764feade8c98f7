package dev.weir.replicator.monitor;

/**
 * A replica's lag at one moment, or the worst of a minute. What is not known is NaN. Immutable.
 *
 * @param epochMillis the monitor's wall clock
 * @param rate entries applied in a second
 */
public record Point(long epochMillis, double lagSeconds, double lagEntries, double rate) {}
