package dev.weir.replicator.testing;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.verify.ReplicaStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** A primary on a file and its replicas on threads, each of which can be made to fail. Thread-safe. */
public final class WatchedCluster implements AutoCloseable {
    public static final String USER = "SA";
    public static final String PASSWORD = "pw";

    private static final Duration SLOWNESS = Duration.ofSeconds(1);

    private final StoreUrl url;
    private final PrimaryStore primary;
    private final Runner flusher;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> paced = new ConcurrentHashMap<>();
    private final RunningCluster cluster;

    public WatchedCluster(Path directory, int replicas) throws SQLException {
        this(directory, directory, replicas);
    }

    /** @param elsewhere where the replicas' stores lie */
    public WatchedCluster(Path directory, Path elsewhere, int replicas) throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        primary = PrimaryStore.open(url, USER, PASSWORD);
        flusher = new Runner("test-flush", this::flush, Duration.ofMillis(5));
        PrimaryAccess access = new PrimaryAccess(url, USER, PASSWORD);
        List<LocalReplica> kept = new ArrayList<>();
        for (int i = 1; i <= replicas; i++) {
            String name = "r" + i;
            StoreUrl store = StoreUrl.parse("jdbc:h2:" + elsewhere.resolve("shop-" + name));
            Replication replication =
                    new Replication(new ReplicaSite(name, store, store.jdbc()), access, System::nanoTime);
            kept.add(new LocalReplica(replication, () -> work(name, replication), Duration.ofMillis(5)));
        }
        cluster = new RunningCluster(access, kept);
    }

    public void start() {
        flusher.start();
        cluster.replicas().forEach(LocalReplica::start);
    }

    private int flush() {
        try {
            return primary.flush() ? 1 : 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private int work(String name, Replication replication) {
        if (failing.contains(name)) {
            throw new IllegalStateException("killed by the test");
        }
        long now = System.nanoTime();
        Long next = paced.get(name);
        if (next != null && now < next) {
            return 0;
        }
        paced.computeIfPresent(name, (slow, before) -> now + SLOWNESS.toNanos());
        return replication.work();
    }

    /** Has the replica work only now and then. */
    public void slow(String name) {
        paced.put(name, System.nanoTime());
    }

    /** Has the replica's thread fail from now on. */
    public void kill(String name) {
        failing.add(name);
    }

    /** Lets the replica's thread work as it should, if it has not ended. */
    public void cure(String name) {
        failing.remove(name);
        paced.remove(name);
    }

    public RunningCluster cluster() {
        return cluster;
    }

    public ReplicaStores stores() {
        return new ReplicaStores(cluster.primary(), USER, PASSWORD);
    }

    /** Changes a replica by hand, as nobody but its applier can. */
    public void alter(String name, String statement) throws SQLException, IOException {
        StoreUrl store = replica(name).site().store();
        String file = String.valueOf(store.file().getFileName());
        Path account = store.file().resolveSibling(file.replace(".mv.db", ".applier"));
        try (Connection applier = Sessions.open(
                store.with("IFEXISTS", "TRUE"),
                "WEIR_APPLIER",
                Files.readAllLines(account).get(0))) {
            Sessions.execute(applier, statement);
        }
    }

    public LocalReplica replica(String name) {
        Predicate<LocalReplica> named = replica -> replica.name().equals(name);
        return cluster.replicas().stream().filter(named).findFirst().orElseThrow();
    }

    public StoreUrl url() {
        return url;
    }

    public LoggedWriter writer() throws SQLException {
        return new LoggedWriter(url.jdbc(), USER, PASSWORD);
    }

    @Override
    public void close() throws SQLException {
        cluster.replicas().forEach(LocalReplica::close);
        flusher.close();
        primary.close();
    }
}
