package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Tables;
import org.jspecify.annotations.Nullable;

/**
 * What a session's newest choice of a replica rested on, so that the next one need not be worked out again while view and clock are the
 * same. Confined to one connection.
 */
final class Remembered {
    private @Nullable ClusterView view;
    private boolean causal;
    private long version;
    private long eligible;
    private @Nullable NodeStatus kept;
    private Tables keptFor = Tables.ANY;
    private @Nullable Route route;

    /** The replicas found eligible under the same view by a read that needs no more than the level eventual; 0 if not known. */
    long eligible(ClusterView now) {
        return view == now && !causal ? eligible : 0;
    }

    /** The replicas found eligible under the same view and clock by a read at level session; 0 if not known. */
    long eligible(ClusterView now, long clockVersion) {
        return view == now && causal && version == clockVersion ? eligible : 0;
    }

    void eligible(ClusterView now, long mask, boolean forSession, long clockVersion) {
        view = now;
        causal = forSession;
        version = clockVersion;
        eligible = mask;
        kept = null;
    }

    /** The route of a session that keeps to one replica, if neither view nor clock have changed and the replica has not just failed. */
    @SuppressWarnings("ReferenceEquality") // equal sets that are not the same take the longer way
    @Nullable Route kept(ClusterView now, long clockVersion, Tables read) {
        NodeStatus replica = kept;
        return view == now
                        && causal
                        && version == clockVersion
                        && replica != null
                        && !replica.isSuspect()
                        && (keptFor == Tables.ANY || keptFor == read)
                ? route
                : null;
    }

    /** The version of the clock before it was looked at for {@link #kept}. */
    long version() {
        return version;
    }

    /** The tables of the reads for which the replica of {@link #kept} was chosen. */
    Tables keptFor() {
        return keptFor;
    }

    /**
     * @param clockVersion the clock's version before it was looked at
     * @param read the tables of the reads for which it was chosen
     */
    void keep(ClusterView now, long clockVersion, NodeStatus replica, Route chosen, Tables read) {
        view = now;
        causal = true;
        version = clockVersion;
        eligible = 0;
        kept = replica;
        route = chosen;
        keptFor = read;
    }
}
