package dev.weir.routing;

import dev.weir.cluster.Node;
import org.jspecify.annotations.Nullable;

/**
 * Where a statement goes and why. Immutable; a {@link Router} makes each pair once.
 *
 * @param node the node that executes it; null if none may, so that it fails
 * @param reason the rule that decided
 */
public record Route(@Nullable Node node, Reason reason) {
    /** The node of a route that has one, as all have that {@link Routing#route} returns. */
    public Node target() {
        if (node == null) {
            throw new IllegalStateException("No node serves the statement: " + reason.phrase());
        }
        return node;
    }
}
