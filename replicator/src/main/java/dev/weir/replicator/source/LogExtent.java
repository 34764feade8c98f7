package dev.weir.replicator.source;

import java.time.Duration;
import java.util.Optional;

/**
 * How much of the log a primary holds. Immutable.
 *
 * @param firstLsn the oldest entry; 0 if there is none
 * @param bytes about how many bytes its entries take
 * @param age how long ago the oldest was committed; empty if there is none
 */
public record LogExtent(long firstLsn, long bytes, Optional<Duration> age) {}
