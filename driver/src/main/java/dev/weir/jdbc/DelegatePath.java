package dev.weir.jdbc;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Failure;
import dev.weir.cluster.Node;
import dev.weir.routing.Patience;
import dev.weir.routing.Route;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the statements of one logical connection have in common on their way to a delegate: it is made ready for them, they are sent and
 * counted, and failures are noted. Confined to one connection.
 */
abstract class DelegatePath {
    final RoutedConnection connection;
    final Routing routing;
    final RoutingSession session;
    final Delegates delegates;
    final SessionSettings settings;
    final LogicalTransaction transaction;
    final RoutedDatabase database;
    private @Nullable Route lastRoute;
    private @Nullable ClusterView toldUnder;

    DelegatePath(
            RoutedConnection connection,
            RoutedDatabase database,
            RoutingSession session,
            Delegates delegates,
            SessionSettings settings,
            LogicalTransaction transaction) {
        this.connection = connection;
        this.database = database;
        this.routing = database.routing();
        this.session = session;
        this.delegates = delegates;
        this.settings = settings;
        this.transaction = transaction;
    }

    final @Nullable Route lastRoute() {
        return lastRoute;
    }

    /** Counts a statement that was sent, where its connection counts; the route is told under each view anew. */
    @SuppressWarnings("ReferenceEquality") // one object for each view
    final void sent(Route route, Delegate delegate) {
        remember(route);
        if (toldUnder != session.routedBy()) {
            toldUnder = session.routedBy();
            delegate.tellCounts();
        }
        delegate.taken(route);
    }

    /** Notes the newest route; writes only one that is new, as {@link RoutingSession} does with views. */
    @SuppressWarnings("ReferenceEquality") // the same route, of which there is one for each node and reason
    final void remember(Route route) {
        if (lastRoute != route) {
            lastRoute = route;
        }
    }

    final <R> R send(RoutedStatement statement, Delegate delegate, Call<R> call) throws SQLException {
        if (!statement.isTimed()) {
            return call.run(statement, statement.on(delegate));
        }
        Connection physical = delegate.physical();
        long deadline = routing.cluster().nanos() + statement.limitNanos();
        routing.cluster().mustEndBy(delegate.node(), physical, deadline);
        try {
            return call.run(statement, statement.on(delegate));
        } finally {
            routing.cluster().ended(physical);
        }
    }

    final Delegate ready(Route route, Patience patience) throws SQLException {
        Delegate inUse = transaction.delegate();
        return ready(inUse != null ? inUse : delegates.at(route, patience));
    }

    final Delegate ready(Delegate delegate) throws SQLException {
        if (delegate.isCut()) {
            throw Refusal.transactionLost(delegate.node());
        }
        if (transaction.isOpen()) {
            transaction.enter(delegate);
        } else {
            transaction.stayOutside(delegate);
        }
        return delegate;
    }

    /** Counts a failure against its node, and drops a delegate that is of no more use. */
    final Failure noteFailure(Node node, @Nullable Delegate delegate, SQLException failure) {
        Failure said = routing.cluster().failure(failure);
        if (said == Failure.CONNECTION_LOST || said == Failure.NOT_READY || said == Failure.DENIED) {
            routing.cluster().reportFailure(node, failure);
        }
        boolean holdsState = session.pinnedTo() == node || (delegate != null && transaction.delegate() == delegate);
        if (said == Failure.CONNECTION_LOST && delegate != null && !holdsState) {
            delegates.discard(delegate);
        }
        return said;
    }

    final boolean isPrimary(Node node) {
        var primary = session.routedBy().primary();
        return primary != null && primary.node() == node;
    }

    /** Notes that nothing could be sent to a node, and says so in the words of the standard. */
    final SQLException notReached(Route route, SQLException failure) {
        Failure said = noteFailure(route.target(), null, failure);
        return said == Failure.CONNECTION_LOST ? Refusal.lost(route.target(), failure) : failure;
    }
}
