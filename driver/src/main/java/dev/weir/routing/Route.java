package dev.weir.routing;

import dev.weir.cluster.Node;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Where a statement goes and why. A {@link Router} makes each pair once, and it counts what went that way. Thread-safe. */
public final class Route {
    private final @Nullable Node node;
    private final Reason reason;
    private final LongAdder count;

    /**
     * A route.
     *
     * @param node the node that executes the statement; null if none may, so that it fails
     * @param reason the rule that decided
     */
    Route(@Nullable Node node, Reason reason) {
        this.node = node;
        this.reason = reason;
        this.count = node == null ? new LongAdder() : node.counter(reason.name());
    }

    /** The node that executes the statement; null if none may, so that it fails. */
    public @Nullable Node node() {
        return node;
    }

    /** The rule that decided. */
    public Reason reason() {
        return reason;
    }

    /** The node of a route that has one, as all have that {@link Routing#route} returns. */
    public Node target() {
        if (node == null) {
            throw new IllegalStateException("No node serves the statement: " + reason.phrase());
        }
        return node;
    }

    /** Counts statements that were executed this way. */
    public void taken(long times) {
        count.add(times);
    }

    @Override
    public String toString() {
        return "Route[" + node + ", " + reason + "]";
    }
}
