package dev.weir.cluster;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The clusters of this JVM, one for equal settings. Thread-safe. */
public final class Clusters {
    private static final ConcurrentMap<ClusterSettings, Cluster> RUNNING = new ConcurrentHashMap<>();

    private Clusters() {}

    /**
     * One more user's share of the cluster with these settings, which is started if it does not run yet. Does not wait for
     * servers, but starts the stores of an embedded cluster and waits for those.
     *
     * @throws SQLException 08001 if an embedded cluster cannot be started, 28000 if it refuses the user
     */
    public static Cluster open(ClusterSettings settings) throws SQLException {
        Cluster running = RUNNING.get(settings);
        if (running == null) {
            throw new SQLException("The cluster " + settings + " cannot be opened by this build", "0A000");
        }
        return running;
    }
}
