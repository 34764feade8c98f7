package dev.weir.it.h2;

import dev.weir.it.load.StoreContents;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Whether every replica of a cluster that takes no writes equals its primary. Thread-safe. */
public final class Equality {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Equality() {}

    /** Waits until every replica has applied all that the primary has committed. */
    public static void awaitCaughtUp(H2Cluster cluster, Duration limit) throws SQLException {
        long target = cluster.primary().lsn();
        for (H2Store replica : cluster.replicas()) {
            try {
                Awaitility.await(replica.name())
                        .pollInterval(Duration.ofMillis(20))
                        .atMost(limit)
                        .until(() -> reached(replica, target));
            } catch (ConditionTimeoutException late) {
                throw new AssertionError(
                        "Replica " + replica + " is at LSN " + position(replica) + ", not at " + target + ", after "
                                + limit.toSeconds() + " s without writes",
                        late);
            }
        }
    }

    private static boolean reached(H2Store replica, long target) {
        try {
            return replica.lsn() >= target;
        } catch (SQLException beingSeededOrRestarted) {
            return false;
        }
    }

    private static String position(H2Store replica) {
        try {
            return Long.toString(replica.lsn());
        } catch (SQLException unreadable) {
            return "unknown (" + unreadable.getMessage() + ")";
        }
    }

    /**
     * How each replica differs from the primary, table by table; empty if none does. A primary at rest may still log how far its generators get, so what was
     * compared while its LSN moved counts for nothing.
     */
    public static List<String> differences(H2Cluster cluster) throws SQLException {
        for (int tries = 0; tries < 20; tries++) {
            long lsn = cluster.primary().lsn();
            awaitCaughtUp(cluster, PATIENCE);
            List<String> differences = differencesAt(cluster, lsn);
            if (cluster.primary().lsn() == lsn) {
                return differences;
            }
        }
        throw new AssertionError("The primary's LSN moved in each of 20 comparisons; it takes writes");
    }

    private static List<String> differencesAt(H2Cluster cluster, long lsn) throws SQLException {
        List<String> differences = new ArrayList<>();
        StoreContents expected = contents(cluster.primary());
        for (H2Store replica : cluster.replicas()) {
            for (String difference : expected.differences(contents(replica))) {
                differences.add(replica + ": " + difference);
            }
            if (replica.lsn() != lsn) {
                differences.add(replica + " is at LSN " + replica.lsn() + ", the primary at " + lsn);
            }
        }
        return differences;
    }

    private static StoreContents contents(H2Store store) throws SQLException {
        try (Connection connection = store.open()) {
            return StoreContents.of(connection);
        }
    }
}
