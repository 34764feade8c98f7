package dev.weir.cluster;

import java.util.List;

/**
 * Counts how stale replicas were when they served reads, once for all reads under one view: under a view the bound is the same for each.
 * Confined to the monitor's thread.
 */
final class StalenessServed {
    private final Meters meters;
    private final long[] counted;

    StalenessServed(Meters meters, List<Node> nodes) {
        this.meters = meters;
        this.counted = new long[nodes.size()];
    }

    /** Counts the reads since the last call by the view under which they ran. */
    void count(ClusterView under) {
        for (NodeStatus status : under.statuses()) {
            int node = status.node().index();
            long reads = status.node().reads();
            long since = reads - counted[node];
            counted[node] = reads;
            if (since > 0 && status.role() == NodeRole.REPLICA && status.coveredRound() >= 0) {
                meters.stale(under.nanos() - status.coveredNanos(), since);
            }
        }
    }
}
