package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeStatus;
import dev.weir.cluster.RecentWrites;
import dev.weir.sql.Tables;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decides whether a replica is proven fresh enough for a read. What is not known counts as infinitely behind. Immutable. */
final class Freshness {
    private final long maxLagNanos;
    private final LongSupplier clock;
    private final @Nullable RecentWrites recent;

    /** @param recent what embedded replicas may lack; null if positions are sampled */
    Freshness(long maxLagNanos, LongSupplier clock, @Nullable RecentWrites recent) {
        this.maxLagNanos = maxLagNanos;
        this.clock = clock;
        this.recent = recent;
    }

    /** What stands against the replica; null if nothing does. */
    @Nullable Reason obstacle(
            NodeStatus replica,
            boolean causal,
            long boundNanos,
            @Nullable CausalToken after,
            CausalClock seen,
            ClusterView view) {
        if (replica.isSuspect()) {
            return Reason.NO_REPLICA;
        }
        if (lagsTooMuch(replica, view.primary(), view.nanos())) {
            return Reason.TOO_MUCH_LAG;
        }
        if (boundNanos != Demand.UNBOUNDED && isOlder(replica, boundNanos)) {
            return Reason.BEHIND_BOUND;
        }
        if (after != null) {
            Reason behind = behind(after, replica, view);
            if (behind != null) {
                return behind;
            }
        }
        return causal ? unseen(replica, seen, view) : null;
    }

    /**
     * Whether the replica is further behind the primary than any level allows. While the primary is away nobody gets further behind
     * than when it was last seen; where it was never seen there is no lag to measure.
     */
    private boolean lagsTooMuch(NodeStatus replica, @Nullable NodeStatus primary, long now) {
        if (primary == null || primary.round() < 0) {
            return false;
        }
        long reference = primary.isUp() ? now : primary.sentNanos();
        return replica.coveredRound() < 0 || reference - replica.coveredNanos() > maxLagNanos;
    }

    private boolean isOlder(NodeStatus replica, long boundNanos) {
        return replica.coveredRound() < 0 || clock.getAsLong() - replica.coveredNanos() > boundNanos;
    }

    /**
     * Whether a replica that lacks something which the session has seen still answers a read of these tables as one that has it all
     * would: where the log tells, because none of what it lacks touches them; else because all that it lacks are the session's own blind
     * inserts into others.
     */
    boolean hasAllOf(Tables read, NodeStatus replica, CausalClock seen, ClusterView view) {
        if (!read.isKnown() || replica.isSuspect() || lagsTooMuch(replica, view.primary(), view.nanos())) {
            return false;
        }
        CausalToken observed = view.isExact() ? seen.token() : seen.observedToken();
        if (observed != null
                && behind(observed, replica, view) != null
                && !isUntouched(read, replica, observed, view)) {
            return false;
        }
        long needed = seen.roundNeeded(replica.node(), replica.life(), read);
        return needed == CausalClock.NONE || replica.coveredRound() > needed;
    }

    private boolean isUntouched(Tables read, NodeStatus replica, CausalToken needed, ClusterView view) {
        NodeStatus primary = view.primary();
        return recent != null
                && primary != null
                && primary.epoch() == needed.epoch()
                && recent.areEqual(read, view.appliedLsn(replica), needed.lsn(), primary.lsn());
    }

    private static @Nullable Reason unseen(NodeStatus replica, CausalClock seen, ClusterView view) {
        CausalToken token = seen.token();
        if (token != null) {
            Reason behind = behind(token, replica, view);
            if (behind != null) {
                return behind;
            }
        }
        long needed = seen.roundNeeded(replica.node(), replica.life());
        return needed != CausalClock.NONE && replica.coveredRound() <= needed ? Reason.BEHIND_SESSION : null;
    }

    private static @Nullable Reason behind(CausalToken token, NodeStatus replica, ClusterView view) {
        NodeStatus primary = view.primary();
        long epoch = replica.epoch() != 0 || primary == null ? replica.epoch() : primary.epoch();
        if (token.epoch() != epoch) {
            return Reason.OTHER_EPOCH;
        }
        return view.appliedLsn(replica) < token.lsn() ? Reason.BEHIND_SESSION : null;
    }

    /** Of two obstacles the one that a replica overcomes sooner, which is the better explanation. */
    static Reason nearer(Reason one, Reason other) {
        return rank(one) >= rank(other) ? one : other;
    }

    private static int rank(Reason obstacle) {
        if (obstacle == Reason.BEHIND_SESSION || obstacle == Reason.BEHIND_BOUND || obstacle == Reason.BEHIND_PRIMARY) {
            return 3;
        }
        if (obstacle == Reason.OTHER_EPOCH) {
            return 2;
        }
        return obstacle == Reason.TOO_MUCH_LAG ? 1 : 0;
    }
}
