package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.sql.Classification;
import java.util.List;

/** The rules: what a statement is, what its session has seen and how the cluster stands decide where it goes. Thread-safe. */
final class Router {
    private final Routes routes;

    Router(List<Node> nodes) {
        routes = new Routes(nodes);
    }

    Route route(Classification classification, RoutingSession session, ClusterView view) {
        return toPrimary(Reason.UNKNOWN, view);
    }

    Route toPrimary(Reason reason, ClusterView view) {
        var primary = view.primary();
        return primary == null ? routes.refused(Reason.NO_PRIMARY) : routes.to(primary.node(), reason);
    }
}
