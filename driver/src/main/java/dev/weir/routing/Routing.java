package dev.weir.routing;

import dev.weir.cluster.Cluster;
import dev.weir.sql.Classification;
import java.sql.Connection;
import java.sql.SQLException;

/** Routing of one cluster under one set of settings: the rules applied to the newest view, and the sessions' clocks. Thread-safe. */
public final class Routing {
    private final Cluster cluster;
    private final RoutingSettings settings;
    private final Router router;

    public Routing(Cluster cluster, RoutingSettings settings) {
        this.cluster = cluster;
        this.settings = settings;
        this.router = new Router(cluster.nodes());
    }

    public Cluster cluster() {
        return cluster;
    }

    /** State for one new logical connection. */
    public RoutingSession newSession() {
        CausalClock clock = new CausalClock(cluster.nodes().size());
        return new RoutingSession(clock, settings.consistency(), settings.maxStaleness(), cluster.view(), 0);
    }

    /**
     * Where a statement goes. May wait for a replica to catch up if the settings say so. The route's node is not null.
     *
     * @throws SQLException 08006 if no node may serve it, saying how each node stands
     */
    public Route route(Classification classification, RoutingSession session) throws SQLException {
        return router.route(classification, session, cluster.view());
    }

    /**
     * The route to the primary for a reason that the statement's text does not show, such as {@link Reason#UPDATABLE_RESULT};
     * to the pinned node or the open transaction's if there is one.
     *
     * @throws SQLException 08006 if no primary is known
     */
    public Route toPrimary(Reason reason, RoutingSession session) throws SQLException {
        return router.toPrimary(reason, cluster.view());
    }

    /** Where a statement would go and why; never waits, and leaves the session as it is. */
    public Explanation explain(Classification classification, RoutingSession session) {
        return new Explanation(router.route(classification, session, cluster.view()), -1, -1);
    }

    /**
     * A physical connection to the route's node.
     *
     * @throws SQLException 08001 if the node cannot be reached or has restarted since the route was chosen, so that the statement
     *     should be routed anew; 28000 if it refuses the user
     */
    public Connection borrow(Route route, RoutingSession session) throws SQLException {
        return cluster.borrow(
                route.target(), session.routedBy().status(route.target()).life());
    }

    /**
     * Records a read that succeeded and was not part of a read-write transaction; call it when the first rows have arrived and
     * before the application sees them.
     */
    public void readCompleted(Route route, RoutingSession session) throws SQLException {}

    /**
     * Records a commit that succeeded on the primary, DDL included.
     *
     * @param lsn its position; -1 if that is not known, or if it wrote nothing but may have read
     */
    public void committed(RoutingSession session, long lsn) throws SQLException {}

    /**
     * The session's causal token as text, of at least the position that it has seen. May wait for one probe of the primary.
     *
     * @throws SQLException 08006 if the position cannot be learned
     */
    public String token(RoutingSession session) throws SQLException {
        return new CausalToken(1, 0).toString();
    }

    /**
     * Makes the session see at least what a token names.
     *
     * @throws SQLException 22023 if the text is not a token
     */
    public void adopt(RoutingSession session, String token) throws SQLException {
        CausalToken parsed = CausalToken.parse(token);
        session.clock().see(parsed.epoch(), parsed.lsn());
    }
}
