package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.sql.Classification;
import java.util.List;

/** The rules: what a statement is, what its session has seen and how the cluster stands decide where it goes. Thread-safe. */
public final class Router {
    private final Route[][] routes;

    Router(List<Node> nodes, RoutingSettings settings) {
        routes = new Route[nodes.size()][Reason.values().length];
        for (Node node : nodes) {
            for (Reason reason : Reason.values()) {
                routes[node.index()][reason.ordinal()] = new Route(node, reason);
            }
        }
    }

    Route route(Classification classification, RoutingSession session, ClusterView view) {
        return toPrimary(Reason.UNKNOWN, view);
    }

    Route toPrimary(Reason reason, ClusterView view) {
        var primary = view.primary();
        return primary == null
                ? new Route(null, Reason.NO_PRIMARY)
                : routes[primary.node().index()][reason.ordinal()];
    }
}
