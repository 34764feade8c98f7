package dev.weir.routing;

import dev.weir.cluster.Node;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/** Every route of a cluster, made once, so that routing allocates nothing. Immutable after construction. */
final class Routes {
    private final List<EnumMap<Reason, Route>> byNode;
    private final EnumMap<Reason, Route> refused;

    Routes(List<Node> nodes) {
        byNode = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            byNode.add(routes(node));
        }
        refused = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            refused.put(reason, new Route(null, reason));
        }
    }

    private static EnumMap<Reason, Route> routes(Node node) {
        EnumMap<Reason, Route> routes = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            routes.put(reason, new Route(node, reason));
        }
        return routes;
    }

    Route to(Node node, Reason reason) {
        return found(byNode.get(node.index()), reason);
    }

    Route refused(Reason reason) {
        return found(refused, reason);
    }

    private static Route found(EnumMap<Reason, Route> routes, Reason reason) {
        Route route = routes.get(reason);
        if (route == null) {
            throw new IllegalStateException("No route for " + reason);
        }
        return route;
    }
}
