package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import dev.weir.cluster.RecentWrites;
import dev.weir.sql.Classification;
import dev.weir.sql.Hint;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules: what a statement is, what its session has seen and how the cluster stands decide where it goes. It waits for nothing
 * and changes nothing but the scope's preferred replica. Thread-safe.
 */
final class Router {
    private final Routes routes;
    private final RoutingSettings settings;
    private final ReplicaChoice choice;

    /** @param recent what embedded replicas may lack; null if positions are sampled */
    Router(List<Node> nodes, RoutingSettings settings, LongSupplier clock, @Nullable RecentWrites recent) {
        this.routes = new Routes(nodes);
        this.settings = settings;
        this.choice = new ReplicaChoice(nodes, settings, routes, clock, recent);
    }

    /** @throws SQLException 22023 if the statement's hint names a malformed token */
    Route route(Classification statement, RoutingSession session, ClusterView view) throws SQLException {
        Node pinned = session.pinnedTo();
        if (pinned != null) {
            return routes.to(pinned, Reason.PINNED);
        }
        boolean read = statement.kind() == Kind.READ;
        return switch (session.transaction()) {
            case NONE -> read ? read(statement, false, session, view) : toPrimary(reason(statement.kind()), view);
            case READ_WRITE -> {
                Node node = session.transactionNode();
                yield node == null
                        ? toPrimary(Reason.READ_WRITE_TRANSACTION, view)
                        : routes.to(node, Reason.IN_TRANSACTION);
            }
            case READ_ONLY -> inReadOnly(statement, session, view);
        };
    }

    private Route inReadOnly(Classification statement, RoutingSession session, ClusterView view) throws SQLException {
        boolean read = statement.kind() == Kind.READ;
        Node node = session.transactionNode();
        if (node == null) {
            return read ? read(statement, true, session, view) : toPrimary(reason(statement.kind()), view);
        }
        boolean onReplica = view.status(node).role() != NodeRole.PRIMARY;
        if (onReplica && read && asksForMore(statement.hint(), session)) {
            return routes.refused(Reason.LATE_HINT);
        }
        return onReplica && !read && needsPrimary(statement.kind())
                ? routes.refused(Reason.READ_ONLY_TRANSACTION)
                : routes.to(node, Reason.IN_TRANSACTION);
    }

    /** Whether a hint asks for what the choice of the transaction's replica has not heeded. */
    private static boolean asksForMore(@Nullable Hint hint, RoutingSession session) {
        if (hint == null || hint.equals(session.openingHint())) {
            return false;
        }
        boolean weaker = hint.target() == null
                || hint.target() == Hint.Target.EVENTUAL
                || hint.target() == Hint.Target.REPLICA
                || (hint.target() == Hint.Target.SESSION
                        && session.openingHint() == null
                        && session.consistency() == Consistency.SESSION);
        return !weaker || hint.maxStaleness() != null || hint.after() != null;
    }

    /** Whether a kind would have effects, or give wrong answers, on the replica that a read-only transaction runs on. */
    private static boolean needsPrimary(Kind kind) {
        return switch (kind) {
            case PRIMARY_READ, WRITE, DDL, CALL, MAINTENANCE, MULTIPLE, UNKNOWN -> true;
            case READ,
                    SESSION,
                    BEGIN,
                    COMMIT,
                    ROLLBACK,
                    SAVEPOINT,
                    RELEASE_SAVEPOINT,
                    ROLLBACK_TO_SAVEPOINT,
                    TRANSACTION_SETTING,
                    EMPTY,
                    SHOW_NODES,
                    SHOW_SESSION,
                    SHOW_AUDIT,
                    EXPLAIN_ROUTE,
                    EXPLAIN_REPLICATION -> false;
        };
    }

    private static Reason reason(Kind kind) {
        return switch (kind) {
            case READ, UNKNOWN -> Reason.UNKNOWN;
            case PRIMARY_READ -> Reason.PRIMARY_READ;
            case WRITE -> Reason.WRITE;
            case DDL -> Reason.SCHEMA_CHANGE;
            case MAINTENANCE -> Reason.MAINTENANCE;
            case CALL -> Reason.CALL;
            case SESSION -> Reason.SESSION_SETTING;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE_SAVEPOINT, ROLLBACK_TO_SAVEPOINT, TRANSACTION_SETTING ->
                Reason.TRANSACTION_CONTROL;
            case MULTIPLE -> Reason.MULTIPLE;
            case EMPTY -> Reason.EMPTY;
            case SHOW_NODES, SHOW_SESSION, SHOW_AUDIT, EXPLAIN_ROUTE, EXPLAIN_REPLICATION -> Reason.ANSWERED_BY_WEIR;
        };
    }

    /** @param opens whether it opens a read-only transaction, whose later reads of any table run on the same node */
    private Route read(Classification statement, boolean opens, RoutingSession session, ClusterView view)
            throws SQLException {
        Hint hint = statement.hint();
        if (hint != null) {
            return hinted(hint, statement, opens, session, view);
        }
        if (statement.tableless() && !opens) {
            return tableless(session, view);
        }
        return switch (session.consistency()) {
            case STRONG -> strong(session, view);
            case SESSION -> {
                Tables read = opens ? Tables.ANY : statement.tables();
                yield served(choice.causal(read, session, view), settings.noReplica(), view);
            }
            case EVENTUAL -> served(choice.eventual(session, view), settings.noReplica(), view);
            case BOUNDED -> {
                Route fresh = choice.choose(false, session.maxStalenessNanos(), null, session, view);
                yield served(fresh, settings.noReplica(), view);
            }
        };
    }

    /** Whether a read would better wait for one round of probes, since the replica of its proven route has so much more to do than others. */
    boolean isCrowded(Route proven, Classification statement, RoutingSession session, ClusterView view) {
        return statement.hint() == null && choice.isCrowded(proven, session, view);
    }

    /** As {@link #isCrowded} of the primary. */
    boolean isPrimaryCrowded(ClusterView view) {
        return choice.isPrimaryCrowded(view);
    }

    /** Whether another replica than this one has what suffices for the read that waits. */
    boolean isReachedBeside(Node replica, RoutingSession session, ClusterView view) {
        return choice.isReachedBeside(replica, session, view);
    }

    private Route strong(RoutingSession session, ClusterView view) {
        return settings.strongReads() == StrongReads.PRIMARY
                ? toPrimary(Reason.STRONG, view)
                : served(choice.upToDate(session, view), settings.noReplica(), view);
    }

    private Route hinted(Hint hint, Classification statement, boolean opens, RoutingSession session, ClusterView view)
            throws SQLException {
        Hint.Target target = hint.target();
        CausalToken after = hint.after() == null ? null : TokenText.parse(hint.after(), view.cluster());
        if (target == Hint.Target.PRIMARY) {
            return toPrimary(Reason.HINT_PRIMARY, view);
        }
        if (target == Hint.Target.STRONG || (session.consistency() == Consistency.STRONG && !names(target))) {
            return strong(session, view);
        }
        if (statement.tableless() && !opens) {
            return tableless(session, view);
        }
        Demand demand = Demand.of(hint, after, session);
        NoReplica fallback = target == Hint.Target.REPLICA ? NoReplica.FAIL : settings.noReplica();
        return served(choice.choose(demand.causal(), demand.boundNanos(), after, session, view), fallback, view);
    }

    /** Whether a hint names a level of its own, which then stands in for the connection's. */
    private static boolean names(Hint.@Nullable Target target) {
        return target == Hint.Target.SESSION || target == Hint.Target.EVENTUAL;
    }

    private Route tableless(RoutingSession session, ClusterView view) {
        NodeStatus any = choice.any(session, view);
        return any == null ? toPrimary(Reason.TABLELESS, view) : routes.to(any.node(), Reason.TABLELESS);
    }

    private Route served(Route chosen, NoReplica fallback, ClusterView view) {
        if (chosen.node() != null || fallback == NoReplica.FAIL) {
            return chosen;
        }
        return toPrimary(chosen.reason(), view);
    }

    Route toPrimary(Reason reason, ClusterView view) {
        NodeStatus primary = view.primary();
        return primary == null ? routes.refused(Reason.NO_PRIMARY) : routes.to(primary.node(), reason);
    }

    /** Where a statement goes that may not leave the primary, unless the session is held elsewhere. */
    Route toPrimary(Reason reason, RoutingSession session, ClusterView view) {
        Node pinned = session.pinnedTo();
        if (pinned != null) {
            return routes.to(pinned, Reason.PINNED);
        }
        Node node = session.transactionNode();
        if (node == null) {
            return toPrimary(reason, view);
        }
        boolean readOnlyReplica = session.transaction() == RoutingSession.Transaction.READ_ONLY
                && view.status(node).role() != NodeRole.PRIMARY;
        return readOnlyReplica ? routes.refused(Reason.READ_ONLY_TRANSACTION) : routes.to(node, Reason.IN_TRANSACTION);
    }
}
