package dev.weir.replicator;

import dev.weir.replicator.source.PrimaryAccess;
import java.util.List;

/**
 * A primary and the replicas of this JVM, for those who watch over them. Immutable.
 *
 * @param primary how to ask the primary
 * @param replicas the replicas that this JVM keeps; a cluster may have others
 */
public record RunningCluster(PrimaryAccess primary, List<LocalReplica> replicas) {
    public RunningCluster {
        replicas = List.copyOf(replicas);
    }
}
