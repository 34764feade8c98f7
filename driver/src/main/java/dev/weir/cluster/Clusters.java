package dev.weir.cluster;

import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.log.EmbeddedReplication;
import dev.weir.log.EmbeddedReplication.EmbeddedNode;
import dev.weir.log.EmbeddedReplicationProvider;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The clusters of this JVM, one for equal settings. Thread-safe. */
public final class Clusters {
    private static final ConcurrentMap<ClusterSettings, Place> PLACES = new ConcurrentHashMap<>();

    private Clusters() {}

    /** Where the cluster of some settings runs, if it does. Thread-safe. */
    private static final class Place {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Cluster running;
    }

    /**
     * One more user's share of the cluster with these settings, which is started if it does not run yet. Does not wait for
     * servers, but starts the stores of an embedded cluster and waits for those.
     *
     * @throws SQLException 08001 if an embedded cluster cannot be started, 28000 if it refuses the user
     */
    public static Cluster open(ClusterSettings settings) throws SQLException {
        while (true) {
            Place unused = new Place();
            Place known = PLACES.putIfAbsent(settings, unused);
            Place place = known == null ? unused : known;
            place.lock.lock();
            try {
                if (PLACES.get(settings) == place) {
                    return open(place, settings);
                }
            } finally {
                place.lock.unlock();
            }
        }
    }

    private static Cluster open(Place place, ClusterSettings settings) throws SQLException {
        Cluster running = place.running;
        if (running != null && running.join()) {
            return running;
        }
        Cluster started = start(settings, WakefulClock.OF_JVM);
        place.running = started;
        return started;
    }

    /** A cluster of one user that no other opening shares. */
    static Cluster start(ClusterSettings settings, LongSupplier clock) throws SQLException {
        Cluster cluster;
        if (settings.topology() instanceof Embedded embedded) {
            EmbeddedReplication replication = replicate(embedded, settings);
            cluster = new Cluster(settings, nodes(replication), replication, Rounds.OF_JVM, clock);
        } else {
            cluster = new Cluster(settings, nodes((Listed) settings.topology()), null, Rounds.OF_JVM, clock);
        }
        cluster.join();
        cluster.start();
        return cluster;
    }

    private static EmbeddedReplication replicate(Embedded embedded, ClusterSettings settings) throws SQLException {
        EmbeddedReplicationProvider provider = ServiceLoader.load(
                        EmbeddedReplicationProvider.class, Clusters.class.getClassLoader())
                .findFirst()
                .or(() -> ServiceLoader.load(EmbeddedReplicationProvider.class).findFirst())
                .orElseThrow(() -> Errors.unusable(
                        "weir.replicas=" + embedded.replicas() + " runs the replicas of " + embedded.url()
                                + " in this JVM, which needs weir-replicator; add dev.weir:weir-replicator to the class"
                                + " path",
                        null));
        String password = settings.targetProperties().getOrDefault("password", "");
        return provider.start(embedded.url(), settings.user(), password, embedded.replicas());
    }

    private static List<Node> nodes(EmbeddedReplication replication) {
        List<Node> nodes = new ArrayList<>();
        for (EmbeddedNode node : replication.nodes()) {
            nodes.add(new Node(nodes.size(), node.name(), node.url()));
        }
        return nodes;
    }

    private static List<Node> nodes(Listed listed) {
        List<String> hosts = new ArrayList<>();
        for (String url : listed.urls()) {
            hosts.add(Dialect.host(url));
        }
        boolean distinct = new HashSet<>(hosts).size() == hosts.size();
        List<Node> nodes = new ArrayList<>();
        for (String url : listed.urls()) {
            int index = nodes.size();
            nodes.add(new Node(index, distinct ? hosts.get(index) : hosts.get(index) + "#" + (index + 1), url));
        }
        return nodes;
    }

    /** Drops a cluster that has closed for good. */
    static void forget(Cluster cluster) {
        Place place = PLACES.get(cluster.settings());
        if (place == null) {
            return;
        }
        place.lock.lock();
        try {
            if (place.running == cluster) {
                place.running = null;
                PLACES.remove(cluster.settings(), place);
            }
        } finally {
            place.lock.unlock();
        }
    }
}
