package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The monitor's knowledge of a cluster at one moment: every node's status, who is primary, which replicas may serve. Immutable,
 * except that {@link #appliedLsn(NodeStatus)} of an embedded cluster reads the position of the moment.
 */
public final class ClusterView {
    private final List<NodeStatus> statuses;
    private final NodeStatus[] byNode;
    private final @Nullable NodeStatus primary;
    private final NodeStatus[] replicas;
    private final boolean even;
    private final String cluster;
    private final Lineage lineage;
    private final long nanos;
    private final @Nullable EmbeddedReplication exact;

    ClusterView(
            List<NodeStatus> statuses,
            @Nullable NodeStatus primary,
            List<NodeStatus> replicas,
            String cluster,
            Lineage lineage,
            long nanos,
            @Nullable EmbeddedReplication exact) {
        this.statuses = List.copyOf(statuses);
        this.byNode = statuses.toArray(new NodeStatus[0]);
        this.primary = primary;
        this.replicas = replicas.toArray(new NodeStatus[0]);
        this.even = isEven(replicas);
        this.cluster = cluster;
        this.lineage = lineage;
        this.nanos = nanos;
        this.exact = exact;
    }

    private static boolean isEven(List<NodeStatus> replicas) {
        for (NodeStatus replica : replicas) {
            if (replica.share() != NodeStatus.FULL_SHARE) {
                return false;
            }
        }
        return true;
    }

    /** This view with one replica out of rotation. */
    public ClusterView without(Node replica) {
        List<NodeStatus> others = Arrays.stream(replicas)
                .filter(status -> status.node().index() != replica.index())
                .toList();
        return new ClusterView(statuses, primary, others, cluster, lineage, nanos, exact);
    }

    /** Every node's status, in the order of {@link Cluster#nodes()}. */
    public List<NodeStatus> statuses() {
        return statuses;
    }

    public NodeStatus status(Node node) {
        return byNode[node.index()];
    }

    /**
     * The newest primary known, whatever its state; null if no node has claimed the role, or two claim it in the same epoch and
     * neither was known before.
     */
    public @Nullable NodeStatus primary() {
        return primary;
    }

    /** How many replicas are in rotation: up, of the primary's epoch, fit to serve. */
    public int replicaCount() {
        return replicas.length;
    }

    /** A replica in rotation, from 0. */
    public NodeStatus replica(int i) {
        return replicas[i];
    }

    /** Whether every replica in rotation may take its full share of reads. */
    public boolean isEven() {
        return even;
    }

    /** The identity of the cluster: H2's cluster id, PostgreSQL's system identifier; empty while not known. */
    public String cluster() {
        return cluster;
    }

    /** What is known of the history of the cluster's primaries; the same object until something new is. */
    public Lineage lineage() {
        return lineage;
    }

    /** When this view was made, in the cluster's clock. */
    public long nanos() {
        return nanos;
    }

    /** Whether positions are read exactly from memory rather than sampled by probes. */
    public boolean isExact() {
        return exact != null;
    }

    /**
     * The position that a read sent to the node from now on sees at least: exact on an embedded cluster, else that of the newest
     * sample. Never blocks.
     *
     * @return -1 if not known or if the node serves no reads
     */
    public long appliedLsn(NodeStatus status) {
        return exact == null ? status.lsn() : exact.appliedLsn(status.node().index());
    }

    /** A position that no reader of an embedded replica has seen more than; -1 if not known. */
    public long showingLsn(NodeStatus replica) {
        return exact == null ? -1 : exact.showingLsn(replica.node().index());
    }
}
