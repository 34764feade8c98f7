package dev.weir.routing;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import dev.weir.log.EmbeddedReplication;
import dev.weir.sql.Classification;
import dev.weir.sql.Hint;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Routing of one cluster under one set of settings: the rules applied to the newest view, and the sessions' clocks. Thread-safe. */
public final class Routing {
    private static final Duration SAMPLE_PATIENCE = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final RoutingSettings settings;
    private final Router router;
    private final boolean alone;
    private final Heritage heritage;
    private final ReplicaWaits waits;
    private volatile @Nullable SharedClock shared;

    /** The clock of scope {@link SessionScope#APPLICATION} while the cluster has this identity. */
    record SharedClock(String cluster, CausalClock clock) {}

    public Routing(Cluster cluster, RoutingSettings settings) {
        this.cluster = cluster;
        this.settings = settings;
        this.router = new Router(cluster.nodes(), settings, cluster.clock(), cluster.recentWrites());
        this.heritage = new Heritage(cluster, settings.onLostWrites());
        this.waits = new ReplicaWaits(cluster, router, heritage, settings.waitForReplica());
        this.alone = cluster.nodes().size() == 1;
        cluster.showFiguresSoon();
    }

    public Cluster cluster() {
        return cluster;
    }

    public RoutingSettings settings() {
        return settings;
    }

    /**
     * State for one new logical connection. Waits until the cluster's nodes have been probed for the first time.
     *
     * @throws SQLException 28000 if the nodes refuse the user; 08001 if no node can be used
     */
    public RoutingSession newSession() throws SQLException {
        cluster.awaitReady();
        CausalClock clock = settings.sessionScope() == SessionScope.APPLICATION
                ? sharedClock()
                : CausalClock.owned(cluster.nodes().size(), cluster.view().lineage());
        int turn = ThreadLocalRandom.current().nextInt(cluster.nodes().size());
        return new RoutingSession(
                clock, cluster.changes(), settings.consistency(), settings.maxStaleness(), cluster.view(), turn);
    }

    private CausalClock sharedClock() {
        SharedClock known = shared;
        if (known == null || !known.cluster.equals(cluster.view().cluster())) {
            known = CausalClocks.ofApplication(cluster);
            shared = known;
        }
        return known.clock;
    }

    /**
     * Where a statement goes. May wait for a replica to catch up. The route's node is not null.
     *
     * @param patience how long the statement may wait
     * @throws SQLTimeoutException 57014 if it was cancelled while it waited, or its query timeout ended
     * @throws SQLException 08006 if no primary is known; 25006 if it is no plain read and its read-only transaction runs on a
     *     replica; 55000 if no replica may serve it and the primary must not; 22023 if its hint holds a malformed token
     */
    public Route route(Classification statement, RoutingSession session, Patience patience) throws SQLException {
        if (settings.strongReads() == StrongReads.REPLICA && mayBeStrong(statement, session)) {
            session.strongFloor(new Floor(cluster.round(), cluster.exactPrimaryLsn()));
        }
        ClusterView view = cluster.view();
        heritage.meet(session, view);
        refuseLostToken(statement.hint(), view);
        Route route = router.route(statement, session, view);
        if (waits.isBehind(route)) {
            route = waits.forProof(route, statement, session, patience);
        } else if (router.isCrowded(route, statement, session, view)) {
            route = waits.forAnother(route, statement, session, patience);
        }
        if (session.transaction() == RoutingSession.Transaction.READ_ONLY && session.transactionNode() == null) {
            session.openBy(statement.hint());
        }
        if (route.node() == null) {
            throw Refusals.of(route.reason(), session.clock().token(), session.routedBy());
        }
        return route;
    }

    /**
     * Lets later reads of the session take a route as {@link RoutingSession#standing} gives it. To be called when the read has completed.
     *
     * @return whether later reads may take it
     * @param changes what {@link RoutingSession#changes} was before the statement was classified
     * @param generation that of its classification
     */
    public boolean stand(Route route, Classification read, int generation, long changes, RoutingSession session) {
        Remembered remembered = session.remembered();
        long version = remembered.version();
        if (read.hint() != null
                || read.tableless()
                || remembered.kept(session.routedBy(), version, read.tables()) != route) {
            return false;
        }
        Standing standing = session.roomForStanding();
        if (standing != null) {
            standing.set(changes, version, generation, remembered.keptFor(), route);
        }
        return standing != null;
    }

    private void refuseLostToken(@Nullable Hint hint, ClusterView view) throws SQLException {
        if (hint != null && hint.after() != null) {
            heritage.inherited(TokenText.parse(hint.after(), view.cluster()), view);
        }
    }

    /** As {@link #route(Classification, RoutingSession, Patience)} for a statement without a query timeout. */
    public Route route(Classification statement, RoutingSession session) throws SQLException {
        return route(statement, session, Patience.ENDLESS);
    }

    private static boolean mayBeStrong(Classification statement, RoutingSession session) {
        Hint hint = statement.hint();
        return statement.kind() == Kind.READ
                && (session.consistency() == Consistency.STRONG
                        || (hint != null && hint.target() == Hint.Target.STRONG));
    }

    /**
     * The route to the primary for a reason that the statement's text does not show, such as {@link Reason#UPDATABLE_RESULT};
     * to the pinned node or the open transaction's if there is one.
     *
     * @throws SQLException 08006 if no primary is known; 25006 if the open read-only transaction runs on a replica
     */
    public Route toPrimary(Reason reason, RoutingSession session) throws SQLException {
        ClusterView view = cluster.view();
        heritage.meet(session, view);
        Route route = router.toPrimary(reason, session, view);
        if (route.node() == null) {
            throw Refusals.of(route.reason(), session.clock().token(), view);
        }
        return route;
    }

    /**
     * Where a read goes that a replica could not serve: to the primary, or to another replica while that is away. It does not wait.
     *
     * @throws SQLException 08006 if there is neither
     */
    public Route afterUnserved(Classification read, Node replica, RoutingSession session) throws SQLException {
        ClusterView view = cluster.view();
        heritage.meet(session, view);
        Route onPrimary = router.toPrimary(Reason.UNSERVED, session, view);
        if (onPrimary.node() != null) {
            return onPrimary;
        }
        Route elsewhere = router.route(read, session, view.without(replica));
        if (elsewhere.node() == null) {
            throw Refusals.of(onPrimary.reason(), session.clock().token(), view);
        }
        return elsewhere;
    }

    /**
     * Where a statement would go and why; leaves the session as it is. It waits for nothing but, if a replica may serve a strong read, for
     * one probe. The route's node is null if it would fail.
     *
     * @throws SQLException 22023 if its hint holds a malformed token
     */
    public Explanation explain(Classification statement, RoutingSession session) throws SQLException {
        if (settings.strongReads() == StrongReads.REPLICA && mayBeStrong(statement, session)) {
            session.strongFloor(new Floor(cluster.round(), cluster.exactPrimaryLsn()));
        }
        ClusterView view = cluster.view();
        Route route = router.route(statement, session, view);
        if (route.reason() == Reason.BEHIND_PRIMARY && !session.strongFloor().isKnown(view)) {
            view = oneProbeLater();
            route = router.route(statement, session, view);
        }
        return Explanation.of(route, statement, session, view);
    }

    /**
     * A physical connection to the route's node.
     *
     * @param patience how long the statement may wait for one
     * @throws SQLTimeoutException 57014 if it was cancelled while it waited, or its query timeout ended
     * @throws SQLException 08001 if the node cannot be reached or has restarted since the route was chosen, so that the statement
     *     should be routed anew; 28000 if it refuses the user
     */
    public Connection borrow(Route route, RoutingSession session, Patience patience) throws SQLException {
        Node node = route.target();
        return cluster.borrow(node, session.routedBy().status(node).life(), patience);
    }

    /** As {@link #borrow(Route, RoutingSession, Patience)} for a statement without a query timeout. */
    public Connection borrow(Route route, RoutingSession session) throws SQLException {
        return borrow(route, session, Patience.ENDLESS);
    }

    /**
     * Records a read that succeeded and was not part of a read-write transaction; call it when the first rows have arrived and
     * before the application sees them. A read at level eventual or bounded leaves no trace.
     *
     * @throws SQLException 08006 if an embedded primary's position cannot be read
     */
    public void readCompleted(Route route, RoutingSession session) throws SQLException {
        if (alone || !isCausal(route.reason(), session.consistency())) {
            return;
        }
        Node node = route.target();
        ClusterView view = session.routedBy();
        NodeStatus status = view.status(node);
        if (status.role() != NodeRole.REPLICA) {
            seenPrimary(session);
        } else if (view.isExact()) {
            seenExactly(status, view, session);
        } else {
            session.readReplica(status, cluster.round());
        }
        heritage.recordedUnder(view, session.clock());
    }

    private static boolean isCausal(Reason reason, Consistency level) {
        return switch (reason) {
            case EVENTUAL, WITHIN_BOUND, TABLELESS -> false;
            case NOTHING_SEEN, CAUGHT_UP, UNTOUCHED, SAME_REPLICA -> true;
            default -> level == Consistency.SESSION || level == Consistency.STRONG;
        };
    }

    private void seenExactly(NodeStatus status, ClusterView view, RoutingSession session) throws SQLException {
        // What the read saw may have been committed there before the replica's position said so.
        long showing = view.showingLsn(status);
        NodeStatus primary = view.primary();
        if (showing < 0 || primary == null) {
            seenPrimary(session);
        } else {
            session.clock().see(primary.epoch(), showing);
        }
    }

    private void seenPrimary(RoutingSession session) throws SQLException {
        long exact = cluster.exactPrimaryLsn();
        NodeStatus primary = session.routedBy().primary();
        if (exact < 0 || primary == null || primary.epoch() < 1) {
            session.clock().seePrimary(cluster.round());
        } else {
            session.clock().see(primary.epoch(), exact);
        }
    }

    /**
     * Records a transaction that ended on the primary: a commit that succeeded, DDL included, or the end of one that only read.
     *
     * @param lsn its position; -1 if that is not known, or if it wrote nothing but may have read
     * @param inserted the tables to which it added rows, if it has done nothing else and found out nothing
     * @throws SQLException 08006 if an embedded primary's position cannot be read
     */
    public void committed(RoutingSession session, long lsn, Tables inserted) throws SQLException {
        NodeStatus primary = session.routedBy().primary();
        heritage.recordedUnder(session.routedBy(), session.clock());
        boolean known = lsn >= 0 && primary != null && primary.epoch() >= 1;
        boolean blind = inserted.isKnown() && inserted.count() > 0 && cluster.recentWrites() == null;
        if (blind && !alone) {
            session.clock()
                    .insert(
                            inserted,
                            cluster.round(),
                            known && primary != null ? primary.epoch() : 0,
                            known ? lsn : -1);
            return;
        }
        if (!known || primary == null) {
            if (!alone) {
                seenPrimary(session);
            }
            return;
        }
        session.clock().see(primary.epoch(), lsn);
        EmbeddedReplication replication = cluster.replication();
        if (replication != null) {
            replication.committed(lsn);
        }
    }

    /**
     * The session's causal token as text, of at least the position that it has seen. May wait for one probe of the primary.
     *
     * @throws SQLException 08006 if the position cannot be learned
     */
    public String token(RoutingSession session) throws SQLException {
        CausalClock clock = session.clock();
        CausalToken known = clock.token();
        NodeStatus primary = cluster.view().primary();
        long round = alone ? cluster.round() : clock.roundSeen();
        if (round == CausalClock.NONE) {
            long epoch = primary == null ? 0 : primary.epoch();
            return text(known == null ? new CausalToken(Math.max(1, epoch), 0) : known);
        }
        if (primary == null || primary.round() <= round) {
            primary = sampled();
        }
        if (primary == null || primary.round() <= round || primary.epoch() < 1) {
            throw new SQLTransientConnectionException(
                    "The position that the session has seen cannot be learned: no primary answers. Nodes: "
                            + cluster.view().statuses().stream()
                                    .map(NodeStatus::describe)
                                    .toList(),
                    "08006");
        }
        CausalToken sampled = new CausalToken(primary.epoch(), primary.lsn());
        if (known != null && known.epoch() == sampled.epoch() && known.lsn() > sampled.lsn()) {
            return text(known);
        }
        return text(sampled);
    }

    private String text(CausalToken token) {
        return TokenText.of(token, cluster.view().cluster());
    }

    private @Nullable NodeStatus sampled() {
        return oneProbeLater().primary();
    }

    private ClusterView oneProbeLater() {
        try {
            return cluster.awaitSamples(SAMPLE_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return cluster.view();
        }
    }

    /**
     * Makes the session see at least what a token names.
     *
     * @throws SQLException 22023 if the text is not a token, or one of another cluster; 40001 if what it names was lost in a failover, or
     *     may have been
     */
    public void adopt(RoutingSession session, String token) throws SQLException {
        ClusterView view = cluster.view();
        CausalToken parsed = heritage.inherited(TokenText.parse(token, view.cluster()), view);
        if (parsed != null) {
            session.clock().see(parsed.epoch(), parsed.lsn());
        }
    }
}
