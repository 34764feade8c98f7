package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * A route and the positions that decided it. Immutable.
 *
 * @param route where the statement would go
 * @param lsnNeeded the position that a replica must have reached to serve a read of the session; -1 if none, or if it will be known
 *     only with the primary's next sample
 * @param lsnHas the position of the replica that would serve it, or of the one furthest ahead if none would; -1 if not known
 */
public record Explanation(Route route, long lsnNeeded, long lsnHas) {
    static Explanation of(Route route, CausalClock clock, ClusterView view) {
        return new Explanation(route, needed(clock, view), has(route.node(), view));
    }

    private static long needed(CausalClock clock, ClusterView view) {
        CausalToken token = clock.token();
        long exact = token == null ? -1 : token.lsn();
        long round = clock.roundSeen();
        if (round == CausalClock.NONE) {
            return exact;
        }
        NodeStatus primary = view.primary();
        return primary == null || primary.round() <= round ? -1 : Math.max(exact, primary.lsn());
    }

    private static long has(@Nullable Node node, ClusterView view) {
        if (node != null && view.status(node).role() == NodeRole.REPLICA) {
            return view.appliedLsn(view.status(node));
        }
        long furthest = -1;
        for (int i = 0; i < view.replicaCount(); i++) {
            furthest = Math.max(furthest, view.appliedLsn(view.replica(i)));
        }
        return furthest;
    }
}
