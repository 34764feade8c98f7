package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One replica as a monitor judges it. Immutable.
 *
 * @param state what it is doing, judged by what it says and by whether it moves
 * @param severity the worst open alert about it; INFO if there is none
 * @param applyRate entries (on PostgreSQL bytes) that it applies in a second; empty until it has been watched for a second
 * @param catchUp when it will have caught up at the present rates, zero if it has; empty if that cannot be told or it falls behind further
 */
public record ReplicaView(
        ReplicaSample sample,
        NodeState state,
        Severity severity,
        OptionalDouble applyRate,
        Optional<Duration> catchUp) {
    public String name() {
        return sample.name();
    }
}
