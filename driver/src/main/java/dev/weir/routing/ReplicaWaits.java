package dev.weir.routing;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Classification;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits of reads until a replica is proven to have what they need, or one with less to do is. Thread-safe. */
final class ReplicaWaits {
    private static final long SAMPLE_PATIENCE_NANOS = 2_000_000_000;

    /** How long a wait may go on unaware that its statement was cancelled. */
    private static final long SLICE_NANOS = 50_000_000;

    /** How long to wait until positions in memory are looked at again. */
    private static final long LOOK_NANOS = 200_000;

    /** How long a read waits at most for a commit that is under way on an embedded replica. */
    private static final long COMMIT_NANOS = 20_000_000;

    private final Cluster cluster;
    private final Router router;
    private final Heritage heritage;
    private final Haste haste;
    private final long askedNanos;

    /** @param asked how long the application lets each read wait; zero leaves it to Weir */
    ReplicaWaits(Cluster cluster, Router router, Heritage heritage, Duration asked) {
        this.cluster = cluster;
        this.router = router;
        this.heritage = heritage;
        this.haste = new Haste(cluster.settings().probeInterval(), cluster.nanos());
        this.askedNanos = asked.toNanos();
    }

    /** A read that waits, since it began to. */
    private record Read(Classification statement, RoutingSession session, Patience patience, long began) {
        ClusterView view() {
            return session.routedBy();
        }
    }

    /** Whether a read goes where it does since no replica is proven to have what it needs. */
    boolean isBehind(Route route) {
        return switch (route.reason()) {
            case BEHIND_SESSION, BEHIND_BOUND, BEHIND_PRIMARY -> true;
            default -> false;
        };
    }

    /**
     * Waits for a replica, as long as that is worth it, and has the nodes asked soon if it was in vain.
     *
     * @return the newest route, which may still be behind
     * @throws SQLTimeoutException 57014 if the statement was cancelled, or its query timeout ended
     */
    Route forProof(Route unproven, Classification statement, RoutingSession session, Patience patience)
            throws SQLException {
        Read read = new Read(statement, session, patience, cluster.nanos());
        Route route;
        if (unproven.reason() == Reason.BEHIND_PRIMARY && !session.strongFloor().isKnown(read.view())) {
            route = afterThePrimary(unproven, read);
        } else if (askedNanos > 0) {
            route = asLongAsAsked(unproven, read);
        } else {
            route = inTurn(unproven, read);
        }
        if (isBehind(route)) {
            hasten(read.view());
        }
        return route;
    }

    /**
     * Waits for another replica than that of a proven route, which has so much more to do.
     *
     * @return the newest route
     * @throws SQLTimeoutException 57014 if the statement was cancelled
     */
    Route forAnother(Route proven, Classification statement, RoutingSession session, Patience patience)
            throws SQLException {
        Read read = new Read(statement, session, patience, cluster.nanos());
        Backoff backoff = session.clock().backoff();
        if (!backoff.isOver(read.began)) {
            return proven;
        }
        Predicate<Route> found = route -> router.isReachedBeside(proven.target(), session, read.view());
        session.waitFloor(new Floor(cluster.round(), -1));
        Route route;
        boolean inVain;
        try {
            route = until(found, proven, read.began + Hold.LONGEST_NANOS, read);
            inVain = !found.test(route);
        } finally {
            session.waitFloor(Floor.UNKNOWN);
        }
        if (inVain) {
            backoff.begin(read.began, cluster.nanos());
        }
        cluster.meters().waited(cluster.nanos() - read.began);
        return route;
    }

    private Route asLongAsAsked(Route unproven, Read read) throws SQLException {
        long limit = read.patience.limitNanos();
        Route route = caughtUp(unproven, read.began + Math.min(askedNanos, limit), read);
        return withinLimit(route, limit, limit < askedNanos, read);
    }

    /** Asks the primary for its position, together with all reads that wait for that, and goes on waiting for replicas if it may. */
    private Route afterThePrimary(Route unproven, Read read) throws SQLException {
        long limit = read.patience.limitNanos();
        Predicate<Route> answered =
                route -> !isBehind(route) || read.session.strongFloor().isKnown(read.view());
        Route route = until(answered, unproven, read.began + Math.min(limit, SAMPLE_PATIENCE_NANOS), read);
        if (isBehind(route) && askedNanos > 0) {
            route = caughtUp(route, read.began + Math.min(askedNanos, limit), read);
        }
        return withinLimit(route, limit, true, read);
    }

    /** Takes the wait from the statement's query timeout. */
    private Route withinLimit(Route route, long limit, boolean ends, Read read) throws SQLException {
        long took = cluster.nanos() - read.began;
        read.patience.waited(took);
        if (took >= limit && ends && isBehind(route)) {
            throw Refusals.timedOut(limit, read.session.clock().token(), read.view());
        }
        return route;
    }

    /** Waits if it is the scope's turn to, or the primary has so much more to do that even with the wait a replica is faster. */
    private Route inTurn(Route unproven, Read read) throws SQLException {
        ClusterView view = read.view();
        if (view.isExact()) {
            return committed(unproven, read);
        }
        CausalClock clock = read.session.clock();
        long granted = clock.hold().enter(read.began);
        if (granted > 0) {
            try {
                return caughtUp(unproven, read.began + granted, read);
            } finally {
                int spacing = isLikelyCaughtUp(view) ? Hold.SHORT_SPACING : Hold.SPACING;
                clock.hold().leave(read.began, cluster.nanos(), spacing);
            }
        }
        if (!router.isPrimaryCrowded(view) || !clock.backoff().isOver(read.began)) {
            return unproven;
        }
        Route route = caughtUp(unproven, read.began + Hold.LONGEST_NANOS, read);
        if (isBehind(route)) {
            clock.backoff().begin(read.began, cluster.nanos());
        }
        return route;
    }

    /**
     * Waits while an embedded replica is about to have what the session has seen: it may have shown that itself, in the moment before its
     * position told of it. On the primary the session would see still more, which no replica has for a while, and so on with each read.
     */
    private Route committed(Route unproven, Read read) throws SQLException {
        if (!isBeingCommitted(unproven, read)) {
            return unproven;
        }
        Route route = until(newest -> !isBeingCommitted(newest, read), unproven, read.began + COMMIT_NANOS, read);
        cluster.meters().waited(cluster.nanos() - read.began);
        return route;
    }

    /** Whether all that the session has seen is in a commit of a replica that has begun. */
    private static boolean isBeingCommitted(Route route, Read read) {
        CausalToken needed = read.session.clock().token();
        if (route.reason() != Reason.BEHIND_SESSION || needed == null) {
            return false;
        }
        ClusterView view = read.view();
        for (int i = 0; i < view.replicaCount(); i++) {
            if (view.showingLsn(view.replica(i)) >= needed.lsn()) {
                return true;
            }
        }
        return false;
    }

    /** Whether some replica is where the primary was last seen, so that it probably lacks nothing but the proof. */
    private static boolean isLikelyCaughtUp(ClusterView view) {
        NodeStatus primary = view.primary();
        for (int i = 0; primary != null && i < view.replicaCount(); i++) {
            if (view.replica(i).lsn() >= primary.lsn()) {
                return true;
            }
        }
        return false;
    }

    private Route caughtUp(Route unproven, long deadline, Read read) throws SQLException {
        long began = cluster.nanos();
        if (unproven.reason() == Reason.BEHIND_SESSION && !read.view().isExact()) {
            read.session.waitFloor(new Floor(cluster.round(), -1));
        }
        Route route;
        try {
            route = until(newest -> !isBehind(newest), unproven, deadline, read);
        } finally {
            read.session.waitFloor(Floor.UNKNOWN);
        }
        cluster.meters().waited(cluster.nanos() - began);
        return route;
    }

    /** Routes anew after each round of samples, until a route will do, the deadline has passed or the thread is interrupted. */
    private Route until(Predicate<Route> done, Route first, long deadline, Read read) throws SQLException {
        Route route = first;
        try {
            long left = deadline - cluster.nanos();
            while (left > 0 && !done.test(route)) {
                route = afterSamples(left, read);
                left = deadline - cluster.nanos();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return route;
    }

    private Route afterSamples(long left, Read read) throws SQLException, InterruptedException {
        ClusterView view = cluster.recentWrites() == null
                ? cluster.awaitSamples(Duration.ofNanos(Math.min(left, SLICE_NANOS)))
                : afterALook(left);
        if (read.patience.isWithdrawn()) {
            throw Refusals.cancelled();
        }
        heritage.meet(read.session, view);
        return router.route(read.statement, read.session, view);
    }

    /** Positions in memory need no probe, only time. */
    private ClusterView afterALook(long left) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_NANOS));
        return cluster.view();
    }

    /** Has the nodes asked soon, so that the next reads find the replicas proven. */
    private void hasten(ClusterView view) {
        // In an embedded cluster positions are known exactly.
        if (cluster.recentWrites() == null && haste.isDue(view, cluster.nanos())) {
            cluster.probeNow();
        }
    }
}
