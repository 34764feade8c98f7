package dev.weir.replicator.http;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.ReplicaOrders;
import io.javalin.http.HttpResponseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people have replicas do: those of this process anything, the others what goes through their primary. Thread-safe. */
final class Actions {
    private static final Logger LOG = LoggerFactory.getLogger(Actions.class);

    private final PrimaryAccess primary;
    private final Map<String, LocalReplica> locals = new LinkedHashMap<>();
    private final Verifications verifications;

    Actions(RunningCluster cluster, Verifications verifications) {
        this.primary = cluster.primary();
        this.verifications = verifications;
        cluster.replicas().forEach(replica -> locals.put(replica.name(), replica));
    }

    List<String> locals() {
        return List.copyOf(locals.keySet());
    }

    /**
     * Begins what was asked for.
     *
     * @throws HttpResponseException 404 if there is no such action or replica, 409 if it is under way
     * @throws SQLException if the primary cannot be asked
     */
    Action begin(String replica, String label) throws SQLException {
        Action action = Action.of(label)
                .orElseThrow(() -> new HttpResponseException(
                        404,
                        "There are "
                                + Arrays.stream(Action.values())
                                        .map(Action::label)
                                        .collect(Collectors.joining(", "))));
        LOG.info(
                "event=action replica={} action={} only_readable={}", replica, action.label(), isOnlyReadable(replica));
        LocalReplica local = locals.get(replica);
        if (action == Action.VERIFY || action == Action.REPAIR) {
            verify(replica, action == Action.REPAIR);
        } else if (action == Action.PAUSE || action == Action.RESUME) {
            pause(replica, action == Action.PAUSE);
            if (local != null && action == Action.RESUME) {
                local.resume();
            }
        } else if (local != null) {
            action.order(local);
        } else if (action == Action.RESYNC) {
            resync(replica);
        } else {
            throw new HttpResponseException(
                    404, "Replica " + replica + " is not of this process; ask the process that keeps it");
        }
        return action;
    }

    private boolean isOnlyReadable(String replica) {
        return locals.values().stream().noneMatch(other -> !other.name().equals(replica) && other.appliedLsn() >= 0);
    }

    private void verify(String replica, boolean repair) throws SQLException {
        try {
            if (!verifications.begin(replica, repair)) {
                throw new HttpResponseException(409, "Replica " + replica + " is being compared already");
            }
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    private void resync(String replica) throws SQLException {
        try (Connection connection = primary.openSession()) {
            ReplicaOrders.resync(connection, replica);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    /** At the primary, so that whoever keeps the replica does it, and another one can take it back. */
    private void pause(String replica, boolean paused) throws SQLException {
        try (Connection connection = primary.openSession()) {
            ReplicaOrders.pause(connection, replica, paused);
        } catch (SQLException e) {
            throw unknown(e);
        }
    }

    private static SQLException unknown(SQLException e) {
        if ("42704".equals(e.getSQLState())) {
            throw new HttpResponseException(404, String.valueOf(e.getMessage()));
        }
        return e;
    }
}
