package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has been found out about one replica at one moment. Whatever is not known is empty, never zero. Immutable.
 *
 * @param url where applications reach it; without credentials
 * @param state what it says of itself
 * @param reason why it is in this state; empty if there is nothing to say
 * @param epoch the reign whose entries it applies
 * @param receivedLsn the newest entry that it has fetched
 * @param appliedLsn the newest entry whose data its readers see
 * @param durableLsn the newest entry that it would still hold after a crash
 * @param lagEntries how many entries of the primary it has not applied; empty on PostgreSQL, which counts bytes
 * @param lagBytes how much of the primary's log it has not applied; empty on H2, which counts entries
 * @param lag the age of the oldest of them by its commit time, zero if there is none; on PostgreSQL that age at most
 * @param heartbeatAge the time since it last told the primary how far it is, by the primary's clock
 * @param clockSkew how far its clock is ahead of the primary's; negative if it is behind
 * @param synchronous whether commits of the primary wait for it
 * @param reached whether it answered the monitor itself, or runs in its process; empty if it was not asked
 */
public record ReplicaSample(
        String name,
        String url,
        NodeState state,
        String reason,
        OptionalLong epoch,
        OptionalLong receivedLsn,
        OptionalLong appliedLsn,
        OptionalLong durableLsn,
        OptionalLong lagEntries,
        OptionalLong lagBytes,
        Optional<Duration> lag,
        Optional<Duration> heartbeatAge,
        Optional<Duration> clockSkew,
        Optional<Boolean> synchronous,
        Optional<Boolean> reached) {

    /** The same replica when nobody can tell any more how far it is behind. */
    ReplicaSample unheard(String why) {
        return new ReplicaSample(
                name,
                url,
                state == NodeState.STOPPED || state == NodeState.DIVERGED ? state : NodeState.UNKNOWN,
                why,
                epoch,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
