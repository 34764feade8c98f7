package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What the monitor knows of one node. Immutable.
 *
 * @param node the node
 * @param role the role it claimed last
 * @param state whether it may serve
 * @param epoch its epoch or timeline; 0 if not known
 * @param lsn its position at its newest sample: for the primary the newest commit's or inserted, for a replica the applied
 *     one; -1 if not known
 * @param round the number of the probe that took that sample; -1 if there is none
 * @param sentNanos when that probe was sent, in the cluster's clock; meaningless if round is -1
 * @param life differs after each time the node may have restarted, and grows; within one life a replica's position never goes back
 * @param coveredRound the number of the newest probe of the primary whose position this node has reached, in this life;
 *     -1 if none. Whatever was acknowledged before that probe began is visible here
 * @param coveredNanos when that probe was sent, so that now minus this bounds the node's staleness; meaningless if
 *     coveredRound is -1
 * @param latencyNanos decayed round-trip time of its probes; 0 if not known
 * @param attempt the number of its newest probe that has ended, whether it succeeded or failed; -1 if none has
 * @param share how much of its share of reads it may take, in percent: one that has just come back gets less for some seconds
 * @param problem what is wrong, for people and without credentials; null if nothing is
 */
public record NodeStatus(
        Node node,
        NodeRole role,
        NodeState state,
        long epoch,
        long lsn,
        long round,
        long sentNanos,
        long life,
        long coveredRound,
        long coveredNanos,
        long latencyNanos,
        long attempt,
        int share,
        @Nullable String problem) {
    public static final int FULL_SHARE = 100;

    /** What is known of a node before its first probe has ended. */
    public static NodeStatus unknown(Node node) {
        return new NodeStatus(
                node, NodeRole.UNKNOWN, NodeState.UNKNOWN, 0, -1, -1, 0, 0, -1, 0, 0, -1, FULL_SHARE, null);
    }

    public boolean isUp() {
        return state == NodeState.UP;
    }

    /** Whether the node has failed a statement since the sample that this status is made of, which a view may not show yet. */
    public boolean isSuspect() {
        return node.isSuspectSince(round);
    }

    /** The node and what is wrong with it, or what it is, for messages. */
    public String describe() {
        return problem == null ? node + " " + state.phrase() : node + " " + problem;
    }
}
