package dev.weir.replicator.source;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import java.time.Duration;
import java.util.Optional;

/**
 * What a replica tells its primary of itself. Immutable.
 *
 * @param url where applications reach it; without credentials
 * @param durable how far it would still be after a crash
 * @param neededAfter the entry behind which it needs the log
 * @param state a name of its states, for people
 * @param copying how far the copy is that it makes of the primary, if it makes one
 */
public record ReplicaReport(
        String name,
        String url,
        Epoch epoch,
        Lsn received,
        Lsn applied,
        Lsn durable,
        Lsn neededAfter,
        String state,
        Optional<Copying> copying) {
    /**
     * How far a copy is. Immutable.
     *
     * @param total how many rows there will be, about
     * @param left how long it will take yet; empty while that cannot be told
     */
    public record Copying(long rows, long total, Optional<Duration> left) {}

    /** What a replica tells that makes no copy. */
    public ReplicaReport(
            String name,
            String url,
            Epoch epoch,
            Lsn received,
            Lsn applied,
            Lsn durable,
            Lsn neededAfter,
            String state) {
        this(name, url, epoch, received, applied, durable, neededAfter, state, Optional.empty());
    }
}
