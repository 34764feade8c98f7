package dev.weir.jdbc;

import dev.weir.cluster.Node;
import dev.weir.routing.Patience;
import dev.weir.routing.Route;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delegates of one logical connection, at most one for each node: opened when a statement needs one, kept until the logical
 * connection is closed. Confined to one connection, except that {@link #discardAll} may be called by another thread.
 */
final class Delegates {
    private static final Logger LOG = LoggerFactory.getLogger(Delegates.class);

    private static final VarHandle BY_NODE = MethodHandles.arrayElementVarHandle(Delegate[].class);

    private final Routing routing;
    private final RoutingSession session;
    private final Capture capture;
    private final @Nullable Delegate[] byNode;
    private volatile boolean released;

    Delegates(Routing routing, RoutingSession session, Capture capture) {
        this.routing = routing;
        this.session = session;
        this.capture = capture;
        this.byNode = new @Nullable Delegate[routing.cluster().nodes().size()];
    }

    /** How writes on the primary are logged. */
    Capture capture() {
        return capture;
    }

    /**
     * The delegate for a route's node, opened if there is none yet.
     *
     * @param patience how long opening may take
     * @throws SQLTimeoutException 57014 if it takes longer
     * @throws SQLException 08001 if the node cannot be reached, 08006 if it is the primary and has gone away or held session state that
     *     is lost, 28000 if it refuses the user
     */
    Delegate at(Route route, Patience patience) throws SQLException {
        Node node = route.target();
        Delegate open = byNode[node.index()];
        boolean primary = isPrimary(node);
        if (open != null) {
            if (open.isCut()) {
                if (session.pinnedTo() == node) {
                    throw Refusal.stateLost(node);
                }
                discard(open);
            } else if (open.isPrimary() || !primary) {
                return open;
            } else {
                // The node has become the primary since: its writes must be captured.
                release(open);
            }
        }
        return open(route, primary, patience);
    }

    private Delegate open(Route route, boolean primary, Patience patience) throws SQLException {
        Node node = route.target();
        int cuts = node.cuts();
        Connection physical = routing.borrow(route, session, patience);
        Delegate opened;
        try {
            opened = new Delegate(node, physical, primary ? capture.over(physical) : physical, primary, cuts);
        } catch (SQLException | RuntimeException e) {
            routing.cluster().discard(node, physical);
            throw e;
        }
        BY_NODE.setVolatile(byNode, node.index(), opened);
        if (released) {
            discard(opened);
            throw Refusal.connectionClosed();
        }
        return opened;
    }

    private boolean isPrimary(Node node) {
        var primary = session.routedBy().primary();
        return primary != null && primary.node() == node;
    }

    /** The delegate of a node if one is open. */
    @Nullable Delegate opened(Node node) {
        return (@Nullable Delegate) BY_NODE.getVolatile(byNode, node.index());
    }

    /** Those open now. */
    List<Delegate> all() {
        List<Delegate> open = new ArrayList<>();
        for (int i = 0; i < byNode.length; i++) {
            Delegate delegate = (@Nullable Delegate) BY_NODE.getVolatile(byNode, i);
            if (delegate != null) {
                open.add(delegate);
            }
        }
        return open;
    }

    /** Closes a delegate's connection for good. */
    void discard(Delegate delegate) {
        delegate.markDiscarded();
        if (BY_NODE.compareAndSet(byNode, delegate.node().index(), delegate, null)) {
            delegate.endCounts();
            routing.cluster().discard(delegate.node(), delegate.physical());
        }
    }

    /** Gives a delegate back to its pool, or discards it if it holds state that must not reach the next borrower. */
    void release(Delegate delegate) {
        if (delegate.isAltered() || isBroken(delegate)) {
            discard(delegate);
            return;
        }
        delegate.markDiscarded();
        if (BY_NODE.compareAndSet(byNode, delegate.node().index(), delegate, null)) {
            delegate.endCounts();
            try {
                delegate.clearQueryTimeout();
                delegate.connection().close();
            } catch (SQLException e) {
                LOG.warn("A connection to {} could not be reset and is dropped: {}", delegate.node(), e.toString());
                routing.cluster().discard(delegate.node(), delegate.physical());
            }
        }
    }

    /** Whether the physical connection has been closed under the pool's own, as it is when its socket fails in mid-result. */
    private static boolean isBroken(Delegate delegate) {
        try {
            Connection physical = delegate.physical();
            return physical.isClosed() || physical.unwrap(Connection.class).isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Gives all back; none can be opened afterwards. */
    void releaseAll() {
        released = true;
        for (int i = 0; i < byNode.length; i++) {
            Delegate open = (@Nullable Delegate) BY_NODE.getVolatile(byNode, i);
            if (open != null) {
                release(open);
            }
        }
    }

    /** Closes all for good, from any thread; none can be opened afterwards. */
    void discardAll(Executor executor) {
        released = true;
        for (Delegate delegate : all()) {
            try {
                delegate.physical().abort(executor);
            } catch (SQLException e) {
                LOG.debug("A connection to {} could not be aborted and is closed instead", delegate.node(), e);
            }
            discard(delegate);
        }
    }
}
