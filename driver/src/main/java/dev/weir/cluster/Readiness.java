package dev.weir.cluster;

import java.sql.SQLException;
import java.util.stream.Collectors;

/** What must be known of a cluster before its first statement. */
final class Readiness {
    private Readiness() {}

    /** Whether every node has answered, failed, or had its time. */
    static boolean isSettled(ClusterView view) {
        for (NodeStatus status : view.statuses()) {
            if (status.state() == NodeState.UNKNOWN) {
                return false;
            }
        }
        return true;
    }

    static boolean isUsable(ClusterView view) {
        for (NodeStatus status : view.statuses()) {
            if (status.isUp()) {
                return true;
            }
        }
        return false;
    }

    /** Whether each node has ended a probe of a later round, or is one that is not asked again soon. */
    static boolean isTriedAfter(long round, ClusterView view) {
        return view.statuses().stream()
                .allMatch(status -> status.attempt() > round
                        || status.state() == NodeState.DENIED
                        || status.state() == NodeState.FOREIGN
                        || status.state() == NodeState.LATE);
    }

    /** Whether the primary, if it is up, and some replica in rotation have been sampled by a probe of a later round than this. */
    static boolean isSampledAfter(long round, ClusterView view) {
        NodeStatus primary = view.primary();
        if (primary != null && primary.isUp() && primary.round() <= round) {
            return false;
        }
        for (int i = 0; i < view.replicaCount(); i++) {
            if (view.replica(i).round() > round) {
                return true;
            }
        }
        return view.replicaCount() == 0;
    }

    /** Why no node can be used: SQLSTATE 28000 if they refuse the user, else 08001. */
    static SQLException refusal(ClusterView view) {
        String nodes = view.statuses().stream().map(NodeStatus::describe).collect(Collectors.joining("; "));
        if (all(view, NodeState.DENIED)) {
            return Errors.denied("Every node refuses the connection: " + nodes + ". Check user and password", null);
        }
        if (all(view, NodeState.FOREIGN)) {
            return Errors.unusable("No node can be used: " + nodes, null);
        }
        boolean denied = view.statuses().stream().anyMatch(status -> status.state() == NodeState.DENIED);
        String message = "No node can be used: " + nodes
                + ". Check that the servers run and that hosts, ports and database name are right";
        return denied ? Errors.denied(message + ", and user and password", null) : Errors.unreachable(message, null);
    }

    private static boolean all(ClusterView view, NodeState state) {
        return view.statuses().stream().allMatch(status -> status.state() == state);
    }
}
