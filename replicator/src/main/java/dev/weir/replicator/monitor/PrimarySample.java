package dev.weir.replicator.monitor;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A primary at one moment. Immutable.
 *
 * @param epoch its reign; on PostgreSQL the timeline
 * @param lsn the end of its log
 * @param durableLsn how much of it would survive a crash; empty if that is not known
 * @param logEntries how many entries its log holds; empty if that is not known
 * @param storeBytes how large its store is on the disk; empty if that is not known
 * @param now its own clock
 */
public record PrimarySample(
        String name,
        long epoch,
        long lsn,
        OptionalLong durableLsn,
        OptionalLong logEntries,
        OptionalLong storeBytes,
        Instant now) {}
