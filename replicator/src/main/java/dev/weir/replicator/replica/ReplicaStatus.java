package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One replica at one moment. Immutable.
 *
 * @param applied the newest entry whose data readers see
 * @param received the newest entry that it has fetched; empty if it has fetched none in this run
 * @param lagEntries how many entries of the primary are not applied here; empty if the primary has not been heard of lately
 * @param lag the age of the oldest of them by the primary's clock, zero if there is none; empty if the primary has not been heard of lately
 * @param blocked who keeps it from applying, if it is stalled
 * @param message why the replica is in this state; empty if there is nothing to say
 */
public record ReplicaStatus(
        String name,
        ReplicaState state,
        Lsn applied,
        OptionalLong received,
        OptionalLong lagEntries,
        Optional<Duration> lag,
        Blocked blocked,
        String message) {
    /** Who keeps a stalled replica from applying. Immutable. */
    public enum Blocked {
        /** Nobody; it is not stalled. */
        NOT,
        /** The primary cannot be asked. */
        BY_PRIMARY,
        /** None of the primary's newer entries has become durable. */
        BY_DURABILITY,
        /** Its own store fails or refuses. */
        BY_STORE
    }
}
