package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Classification;
import dev.weir.sql.Hint;
import dev.weir.sql.Kind;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A route and the positions that decided it. Immutable.
 *
 * @param route where the statement would go
 * @param lsnNeeded the position that a replica must have reached to serve a read of the session, or for its hint's token, or for level
 *     strong; -1 if none is needed, as at the levels that ask for a time, or if it will be known only with the primary's next sample
 * @param lsnHas the position of the replica that would serve it, or of the one furthest ahead if none would; -1 if not known
 */
public record Explanation(Route route, long lsnNeeded, long lsnHas) {
    static Explanation of(Route route, Classification statement, RoutingSession session, ClusterView view)
            throws SQLException {
        long has = has(route.node(), view);
        if (statement.kind() != Kind.READ) {
            return new Explanation(route, -1, has);
        }
        Hint hint = statement.hint();
        long after = hint == null || hint.after() == null
                ? -1
                : TokenText.parse(hint.after(), view.cluster()).lsn();
        return new Explanation(route, Math.max(after, needed(route.reason(), statement, session, view)), has);
    }

    private static long needed(Reason reason, Classification statement, RoutingSession session, ClusterView view) {
        CausalClock clock = session.clock();
        return switch (reason) {
            case NOTHING_SEEN, CAUGHT_UP, SAME_REPLICA, BEHIND_SESSION, OTHER_EPOCH ->
                position(clock.token(), clock.roundSeen(), view);
            case UNTOUCHED ->
                view.isExact()
                        ? -1 // whatever is missing does not concern it
                        : position(clock.observedToken(), clock.roundSeen(statement.tables()), view);
            case STRONG, UP_TO_DATE, BEHIND_PRIMARY -> session.strongFloor().lsn(view);
            case NO_REPLICA, TOO_MUCH_LAG ->
                session.consistency() == Consistency.SESSION ? position(clock.token(), clock.roundSeen(), view) : -1;
            default -> -1;
        };
    }

    private static long position(@Nullable CausalToken token, long round, ClusterView view) {
        long exact = token == null ? -1 : token.lsn();
        if (round == CausalClock.NONE) {
            return exact;
        }
        NodeStatus primary = view.primary();
        return primary == null || primary.round() <= round ? -1 : Math.max(exact, primary.lsn());
    }

    private static long has(@Nullable Node node, ClusterView view) {
        if (node != null && view.status(node).role() == NodeRole.REPLICA) {
            return view.appliedLsn(view.status(node));
        }
        long furthest = -1;
        for (int i = 0; i < view.replicaCount(); i++) {
            furthest = Math.max(furthest, view.appliedLsn(view.replica(i)));
        }
        return furthest;
    }
}
