package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeStatus;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The errors of statements that no node may execute. */
final class Refusals {
    private static final String CANCELLED = "57014";

    private Refusals() {}

    static SQLException of(Reason reason, ClusterView view) {
        return switch (reason) {
            case READ_ONLY_TRANSACTION ->
                new SQLNonTransientException(
                        "Statement refused: " + reason.phrase()
                                + ". Run it outside the read-only transaction; if it only calls a function without side"
                                + " effects, name the function in weir.readOnlyFunctions",
                        "25006");
            case NO_PRIMARY ->
                new SQLTransientConnectionException(
                        "No node may execute the statement: " + reason.phrase() + ". Nodes: " + nodes(view), "08006");
            default ->
                new SQLTransientException(
                        "No replica may serve the read and weir.noReplica=fail (or the hint) keeps it from the primary: "
                                + reason.phrase() + ". Nodes: " + nodes(view)
                                + ". Relax the level or the bounds, or let the primary serve it",
                        "55000");
        };
    }

    static SQLException timedOut(long limitNanos, ClusterView view) {
        return new SQLTimeoutException(
                "The query timeout of " + TimeUnit.NANOSECONDS.toSeconds(limitNanos)
                        + " s ended while the read waited for a replica to catch up (weir.waitForReplica is longer)."
                        + " Nodes: " + nodes(view),
                CANCELLED);
    }

    static SQLException cancelled() {
        return new SQLTimeoutException(
                "The statement was cancelled while it waited for a replica; nothing was sent", CANCELLED);
    }

    private static String nodes(ClusterView view) {
        return view.statuses().stream().map(status -> standing(status, view)).collect(Collectors.joining("; "));
    }

    private static String standing(NodeStatus status, ClusterView view) {
        if (!status.isUp() || status.role() != NodeRole.REPLICA) {
            return status.describe();
        }
        if (status.coveredRound() < 0) {
            return status.node() + " is behind the primary by an unknown time";
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(view.nanos() - status.coveredNanos());
        return status.node() + " is at most " + millis + " ms behind the primary";
    }
}
