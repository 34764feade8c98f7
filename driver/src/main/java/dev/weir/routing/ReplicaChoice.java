package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeStatus;
import dev.weir.cluster.RecentWrites;
import dev.weir.sql.Tables;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Finds the replicas that may serve a read and picks one of them. Thread-safe; allocates nothing. */
final class ReplicaChoice {
    private static final int MOST = Long.SIZE;

    private final Routes routes;
    private final Freshness freshness;
    private final Balance balance;
    private final boolean shared;
    private final boolean tableAware;

    ReplicaChoice(
            List<Node> nodes,
            RoutingSettings settings,
            Routes routes,
            LongSupplier clock,
            @Nullable RecentWrites recent) {
        this.routes = routes;
        this.freshness = new Freshness(settings.maxLag().toNanos(), clock, recent);
        this.balance = new Balance(settings.loadBalance(), settings.preference(), nodes);
        this.tableAware = settings.tableAware();
        this.shared = settings.sessionScope() == SessionScope.APPLICATION;
    }

    /**
     * The route at level session; one without a node, and with the reason, if no replica has all that the session has seen.
     *
     * @param read the tables that may be read
     */
    Route causal(Tables read, RoutingSession session, ClusterView view) {
        long version = session.clock().version();
        if (view.isExact()) {
            Route caughtUp = exact(version, session, view);
            return caughtUp.node() == null ? untouched(caughtUp, read, session, view) : caughtUp;
        }
        Route reached = sinceItWaits(session, view);
        if (reached != null) {
            return reached;
        }
        Route kept = session.remembered().kept(view, version, read);
        if (kept != null) {
            return kept;
        }
        Route chosen = choose(true, Demand.UNBOUNDED, null, version, session, view);
        Tables by = Tables.ANY;
        if (chosen.node() == null) {
            chosen = untouched(chosen, read, session, view);
            by = read;
        }
        Node node = chosen.node();
        if (node != null && (shared || view.replicaCount() == 1)) {
            session.remembered().keep(view, version, view.status(node), chosen, by);
        }
        return chosen;
    }

    /**
     * A replica that has all that the session had seen when the read began to wait, so that what others of its scope have seen since does
     * not make it wait again; null if none waits or there is none. It holds for this read alone.
     */
    private @Nullable Route sinceItWaits(RoutingSession session, ClusterView view) {
        long eligible = session.isWaiting() ? reached(session, view) : 0;
        if (eligible == 0) {
            return null;
        }
        int kept = position(session.clock().preferred(), eligible, view);
        boolean stays =
                kept >= 0 && balance.isPreferred(kept, eligible, view) && !balance.isCrowded(view.replica(kept), view);
        return routes.to(
                view.replica(stays ? kept : balance.pick(eligible, session, view))
                        .node(),
                Reason.CAUGHT_UP);
    }

    /**
     * Whether the replica of a proven route has so much more to do than others that another should be sought. A scope of one connection
     * moves on by itself, and in an embedded cluster each read is balanced.
     */
    boolean isCrowded(Route route, RoutingSession session, ClusterView view) {
        return shared
                && !view.isExact()
                && view.replicaCount() > 1
                && session.consistency() == Consistency.SESSION
                && switch (route.reason()) {
                    case CAUGHT_UP, SAME_REPLICA, NOTHING_SEEN -> balance.isCrowded(view.status(route.target()), view);
                    default -> false;
                };
    }

    /** As {@link #isCrowded(Route, RoutingSession, ClusterView)} of the primary. */
    boolean isPrimaryCrowded(ClusterView view) {
        NodeStatus primary = view.primary();
        return primary != null && balance.isCrowded(primary, view);
    }

    /** Whether another replica than this one has what suffices for the read that waits. */
    boolean isReachedBeside(Node replica, RoutingSession session, ClusterView view) {
        long reached = reached(session, view);
        int itself = position(replica.index(), reached, view);
        return (itself < 0 ? reached : reached & ~(1L << itself)) != 0;
    }

    private long reached(RoutingSession session, ClusterView view) {
        Floor floor = session.waitFloor();
        CausalToken token = session.clock().token();
        int count = Math.min(view.replicaCount(), MOST);
        long eligible = 0;
        for (int i = 0; i < count; i++) {
            NodeStatus replica = view.replica(i);
            boolean sound = freshness.obstacle(replica, false, Demand.UNBOUNDED, token, session.clock(), view) == null;
            eligible |= sound && floor.isReachedBy(replica, view) ? 1L << i : 0;
        }
        return eligible;
    }

    /** A replica that has all that matters for a read of these tables; what was refused before if there is none. */
    private Route untouched(Route refused, Tables read, RoutingSession session, ClusterView view) {
        if (!tableAware || !read.isKnown() || refused.reason() != Reason.BEHIND_SESSION) {
            return refused;
        }
        int count = Math.min(view.replicaCount(), MOST);
        long eligible = 0;
        for (int i = 0; i < count; i++) {
            eligible |= freshness.hasAllOf(read, view.replica(i), session.clock(), view) ? 1L << i : 0;
        }
        if (eligible == 0) {
            return refused;
        }
        NodeStatus picked =
                view.isExact() ? view.replica(balance.pick(eligible, session, view)) : keptTo(eligible, session, view);
        return routes.to(picked.node(), Reason.UNTOUCHED);
    }

    /** Positions in memory only grow; so a replica found eligible before is so still, unless it has been copied anew since. */
    private Route exact(long version, RoutingSession session, ClusterView view) {
        long eligible = session.remembered().eligible(view, version);
        CausalToken needed = session.clock().token();
        if (eligible != 0 && needed != null) {
            NodeStatus picked = view.replica(balance.pick(eligible, session, view));
            if (!picked.isSuspect() && view.appliedLsn(picked) >= needed.lsn()) {
                return routes.to(picked.node(), Reason.CAUGHT_UP);
            }
        }
        return choose(true, Demand.UNBOUNDED, null, version, session, view);
    }

    /**
     * The route to a replica that has reached the position which the primary had after the session's strong read began; one without a
     * node, and with the reason, if there is none.
     */
    Route upToDate(RoutingSession session, ClusterView view) {
        int count = Math.min(view.replicaCount(), MOST);
        long eligible = 0;
        Reason nearest = Reason.NO_REPLICA;
        for (int i = 0; i < count; i++) {
            NodeStatus replica = view.replica(i);
            Reason obstacle = freshness.obstacle(replica, false, Demand.UNBOUNDED, null, session.clock(), view);
            if (obstacle == null && !session.strongFloor().isReachedBy(replica, view)) {
                obstacle = Reason.BEHIND_PRIMARY;
            }
            if (obstacle == null) {
                eligible |= 1L << i;
            } else {
                nearest = Freshness.nearer(nearest, obstacle);
            }
        }
        return eligible == 0
                ? routes.refused(nearest)
                : routes.to(view.replica(balance.pick(eligible, session, view)).node(), Reason.UP_TO_DATE);
    }

    /** The route at level eventual; one without a node, and with the reason, if no replica is in rotation and within the greatest lag. */
    Route eventual(RoutingSession session, ClusterView view) {
        long eligible = session.remembered().eligible(view);
        if (eligible == 0 || view.isExact()) {
            return choose(false, Demand.UNBOUNDED, null, session, view);
        }
        NodeStatus picked = view.replica(balance.pick(eligible, session, view));
        return picked.isSuspect()
                ? choose(false, Demand.UNBOUNDED, null, session, view)
                : routes.to(picked.node(), Reason.EVENTUAL);
    }

    /**
     * The route to a replica that is proven to satisfy a read; one without a node, and with the reason, if none is.
     *
     * @param causal whether the replica must have all that the session has seen
     * @param boundNanos how stale it may be
     * @param after a token that it must have reached; null if none
     */
    Route choose(
            boolean causal, long boundNanos, @Nullable CausalToken after, RoutingSession session, ClusterView view) {
        return choose(causal, boundNanos, after, session.clock().version(), session, view);
    }

    private Route choose(
            boolean causal,
            long boundNanos,
            @Nullable CausalToken after,
            long version,
            RoutingSession session,
            ClusterView view) {
        int count = Math.min(view.replicaCount(), MOST);
        long eligible = 0;
        Reason nearest = Reason.NO_REPLICA;
        for (int i = 0; i < count; i++) {
            Reason obstacle = freshness.obstacle(view.replica(i), causal, boundNanos, after, session.clock(), view);
            if (obstacle == null) {
                eligible |= 1L << i;
            } else {
                nearest = Freshness.nearer(nearest, obstacle);
            }
        }
        if (eligible == 0) {
            return routes.refused(nearest);
        }
        if (boundNanos == Demand.UNBOUNDED && after == null) {
            session.remembered().eligible(view, eligible, causal, version);
        }
        NodeStatus picked = causal && !view.isExact()
                ? keptTo(eligible, session, view)
                : view.replica(balance.pick(eligible, session, view));
        return routes.to(picked.node(), why(causal, boundNanos, picked, session.clock(), view));
    }

    /** Any replica in rotation that has not just failed; null if there is none. */
    @Nullable NodeStatus any(RoutingSession session, ClusterView view) {
        int count = Math.min(view.replicaCount(), MOST);
        long answering = 0;
        for (int i = 0; i < count; i++) {
            answering |= view.replica(i).isSuspect() ? 0 : 1L << i;
        }
        return answering == 0 ? null : view.replica(balance.pick(answering, session, view));
    }

    /**
     * While positions are sampled, reading a replica makes the others unproven until the next sample, so a scope keeps to one. A scope
     * of one connection moves on when others are proven too; threads that share a scope would get into each other's way, so it moves
     * only when it must.
     */
    private NodeStatus keptTo(long eligible, RoutingSession session, ClusterView view) {
        int preferred = session.clock().preferred();
        int kept = position(preferred, eligible, view);
        boolean alone = Long.bitCount(eligible) == 1;
        if (kept >= 0 && (shared || alone) && balance.isPreferred(kept, eligible, view)) {
            return view.replica(kept);
        }
        NodeStatus picked = view.replica(balance.pick(eligible, session, view));
        int agreed = session.clock().prefer(preferred, picked.node().index());
        int place = agreed == picked.node().index() ? -1 : position(agreed, eligible, view);
        return place < 0 ? picked : view.replica(place);
    }

    private static int position(int node, long eligible, ClusterView view) {
        for (long left = eligible; left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            if (view.replica(i).node().index() == node) {
                return i;
            }
        }
        return -1;
    }

    private static Reason why(boolean causal, long boundNanos, NodeStatus picked, CausalClock clock, ClusterView view) {
        if (!causal) {
            return boundNanos == Demand.UNBOUNDED ? Reason.EVENTUAL : Reason.WITHIN_BOUND;
        }
        long seen = clock.roundSeen();
        if (seen == CausalClock.NONE && clock.token() == null) {
            return Reason.NOTHING_SEEN;
        }
        return picked.coveredRound() > seen || view.isExact() ? Reason.CAUGHT_UP : Reason.SAME_REPLICA;
    }
}
