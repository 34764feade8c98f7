package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeStatus;

/**
 * What a replica must have reached to serve a read that needs all that had happened when it began: the position of the primary at some time since. Immutable.
 *
 * @param round the newest probe that had begun when the read began, so that a sample of the primary by a later one is new enough
 * @param lsn the position itself; -1 if it is only sampled
 */
record Floor(long round, long lsn) {
    /** That of no read: no replica reaches it. */
    static final Floor UNKNOWN = new Floor(Long.MAX_VALUE, -1);

    boolean isReachedBy(NodeStatus replica, ClusterView view) {
        return lsn >= 0 ? view.appliedLsn(replica) >= lsn : replica.coveredRound() > round;
    }

    /** The position; -1 while the primary has not answered. */
    long lsn(ClusterView view) {
        NodeStatus primary = view.primary();
        return lsn >= 0 || primary == null || primary.round() <= round ? lsn : primary.lsn();
    }

    /** Whether the primary has answered since, so that waiting longer is waiting for the replicas. */
    boolean isKnown(ClusterView view) {
        NodeStatus primary = view.primary();
        return lsn >= 0 || (primary != null && primary.round() > round);
    }
}
