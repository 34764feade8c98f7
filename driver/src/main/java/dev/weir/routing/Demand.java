package dev.weir.routing;

import dev.weir.sql.Hint;
import org.jspecify.annotations.Nullable;

/**
 * What a hinted read asks of a replica. Immutable.
 *
 * @param causal whether the replica must have all that the session has seen
 * @param boundNanos how stale it may be; {@link #UNBOUNDED} for as stale as the greatest lag allows
 */
record Demand(boolean causal, long boundNanos) {
    static final long UNBOUNDED = Long.MAX_VALUE;

    /** A level that the hint names replaces the connection's; its bound and its token come on top of either. */
    static Demand of(Hint hint, @Nullable CausalToken after, RoutingSession session) {
        Consistency level = level(hint.target(), session.consistency());
        long bound = level == Consistency.BOUNDED ? session.maxStalenessNanos() : UNBOUNDED;
        if (hint.maxStaleness() != null) {
            bound = Math.min(bound, hint.maxStaleness().toNanos());
        }
        return new Demand(level == Consistency.SESSION, bound);
    }

    private static Consistency level(Hint.@Nullable Target target, Consistency own) {
        if (target == Hint.Target.SESSION) {
            return Consistency.SESSION;
        }
        return target == Hint.Target.EVENTUAL ? Consistency.EVENTUAL : own;
    }
}
