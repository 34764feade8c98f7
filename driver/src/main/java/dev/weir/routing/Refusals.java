package dev.weir.routing;

import dev.weir.cluster.Break;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The errors of statements that no node may execute. */
final class Refusals {
    private static final String LOST = "40001";
    private static final String CANCELLED = "57014";

    private Refusals() {}

    /** @param needed the position that the session has seen; null if it is not known exactly */
    static SQLException of(Reason reason, @Nullable CausalToken needed, ClusterView view) {
        return switch (reason) {
            case READ_ONLY_TRANSACTION ->
                new SQLNonTransientException(
                        "Statement refused: " + reason.phrase()
                                + ". Run it outside the read-only transaction; if it only calls a function without side"
                                + " effects, name the function in weir.readOnlyFunctions",
                        "25006");
            case LATE_HINT ->
                new SQLNonTransientException(
                        "Statement refused: " + reason.phrase()
                                + ". Put the hint on the first statement of the transaction, which chooses the node for all of"
                                + " it, or run the statement outside the transaction",
                        "25001");
            case NO_PRIMARY ->
                new SQLTransientConnectionException(
                        "No node may execute the statement: " + reason.phrase() + ". Nodes: " + nodes(null, view),
                        "08006");
            default ->
                new SQLTransientException(
                        "No replica may serve the read and weir.noReplica=fail (or the hint) keeps it from the primary: "
                                + reason.phrase() + ". Nodes: " + nodes(needed, view)
                                + ". Relax the level or the bounds, or let the primary serve it",
                        "55000");
        };
    }

    static SQLException lost(Break where) {
        return new SQLTransactionRollbackException(
                "The primary's history began anew (epoch " + where
                        + "), and something that this session has written or read may be lost: it lies behind that, or nothing shows"
                        + " that it does not. This is said once; check what must be there and go on. weir.onLostWrites=reset goes on"
                        + " without saying so",
                LOST);
    }

    static SQLException lost(CausalToken token, Lineage lineage, OptionalLong kept) {
        return new SQLTransactionRollbackException(
                "The token names position " + token.lsn() + " of epoch " + token.epoch()
                        + ", and the primary is of epoch "
                        + lineage.epoch()
                        + (kept.isPresent()
                                ? ", which keeps what is up to position " + kept.getAsLong()
                                        + ": the rest is lost or may be"
                                : ", of which it is not known where it began")
                        + ". Go on without the token; weir.onLostWrites=reset does so by itself",
                LOST);
    }

    static SQLException timedOut(long limitNanos, @Nullable CausalToken needed, ClusterView view) {
        return new SQLTimeoutException(
                "The query timeout of " + TimeUnit.NANOSECONDS.toSeconds(limitNanos)
                        + " s ended while the read waited for a replica to catch up, or for the primary's position."
                        + " Nodes: " + nodes(needed, view),
                CANCELLED);
    }

    static SQLException cancelled() {
        return new SQLTimeoutException(
                "The statement was cancelled while it waited for a replica; nothing was sent", CANCELLED);
    }

    private static String nodes(@Nullable CausalToken needed, ClusterView view) {
        return view.statuses().stream()
                .map(status -> standing(status, needed, view))
                .collect(Collectors.joining("; "));
    }

    /** How far a replica is behind: in the log's own measure, and in time. */
    private static String standing(NodeStatus status, @Nullable CausalToken needed, ClusterView view) {
        if (!status.isUp() || status.role() != NodeRole.REPLICA) {
            return status.describe();
        }
        StringBuilder text = new StringBuilder(status.node().toString());
        long has = view.appliedLsn(status);
        NodeStatus primary = view.primary();
        long newest = primary == null ? -1 : view.appliedLsn(primary);
        long wanted = needed == null ? newest : Math.max(needed.lsn(), newest);
        text.append(" is at LSN ").append(has);
        if (wanted >= 0) {
            text.append(", ")
                    .append(Math.max(0, wanted - has))
                    .append(" short of ")
                    .append(wanted);
        }
        if (status.coveredRound() < 0) {
            return text.append(", by an unknown time").toString();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(view.nanos() - status.coveredNanos());
        return text.append(", at most ")
                .append(Math.max(0, millis))
                .append(" ms behind the primary")
                .toString();
    }
}
