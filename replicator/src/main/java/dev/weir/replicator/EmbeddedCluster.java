package dev.weir.replicator;

import dev.weir.log.DirectCommits;
import dev.weir.log.EmbeddedReplication;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.StoreUrl;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A primary store of this JVM with its replicas and their threads, from start until close. Thread-safe. */
final class EmbeddedCluster {
    /** How long a replica rests when it is not woken: only commits that bypass the driver go unannounced. */
    private static final Duration REST = Duration.ofMillis(100);

    private static final Duration TEND_INTERVAL = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);

    private final PrimaryStore primary;
    private final List<EmbeddedReplication.EmbeddedNode> nodes;
    private final PrimaryAccess access;
    private final List<LocalReplica> replicas;
    private final List<Runner> runners = new ArrayList<>();
    private final Runner flushRunner;
    private final AtomicLong newest = new AtomicLong();

    private EmbeddedCluster(
            PrimaryStore primary,
            PrimaryAccess access,
            List<EmbeddedReplication.EmbeddedNode> nodes,
            List<Replication> replications,
            Duration rest) {
        this.primary = primary;
        this.access = access;
        this.nodes = List.copyOf(nodes);
        this.replicas = replications.stream()
                .map(replication -> new LocalReplica(replication, replication::work, rest))
                .toList();
        this.flushRunner = new Runner("weir-flush", new Flush(), rest);
    }

    /** Opens the primary and as many replicas as can be opened, and starts their threads. Blocks until those are copied that can be. */
    static EmbeddedCluster start(StoreUrl url, String user, String password, int replicas) throws SQLException {
        return start(url, user, password, replicas, REST);
    }

    /**
     * The same.
     *
     * @param rest how long it takes at most until commits are looked for that nobody announces
     */
    static EmbeddedCluster start(StoreUrl url, String user, String password, int replicas, Duration rest)
            throws SQLException {
        PrimaryStore primary = PrimaryStore.open(url, user, password);
        PrimaryAccess access = new PrimaryAccess(url, user, password);
        List<EmbeddedReplication.EmbeddedNode> nodes = new ArrayList<>();
        nodes.add(new EmbeddedReplication.EmbeddedNode(PrimaryStore.NAME, url.jdbc(), true));
        List<Replication> replications = new ArrayList<>();
        for (int i = 1; i <= replicas; i++) {
            String name = "replica-" + i;
            StoreUrl store = url.sibling("-" + name);
            String filePassword = url.filePassword(password);
            StoreUrl served = store.withSessionSettingsOf(url).with("IFEXISTS", "TRUE");
            String servedUrl = (filePassword == null ? served : served.encrypted()).jdbc();
            nodes.add(new EmbeddedReplication.EmbeddedNode(name, servedUrl, false));
            replications.add(
                    new Replication(new ReplicaSite(name, store, servedUrl, filePassword), access, System::nanoTime));
        }
        EmbeddedCluster cluster = new EmbeddedCluster(primary, access, nodes, replications, rest);
        cluster.startReplicas(replications);
        return cluster;
    }

    private void startReplicas(List<Replication> replications) {
        startRunner("weir-primary", this::tend, TEND_INTERVAL);
        // The first step opens or copies; one that cannot now tries again on its own thread.
        replications.forEach(Replication::work);
        replicas.forEach(LocalReplica::start);
        runners.add(flushRunner);
        flushRunner.start();
    }

    private void startRunner(String name, Duty duty, Duration rest) {
        Runner runner = new Runner(name, duty, rest);
        runners.add(runner);
        runner.start();
    }

    /** What others may see of it. */
    RunningCluster running() {
        return new RunningCluster(access, replicas);
    }

    private int tend() {
        try {
            primary.tend();
        } catch (SQLException e) {
            LOG.debug("event=primary_not_tended reason=\"{}\"", e.getMessage());
        }
        return 0;
    }

    List<EmbeddedReplication.EmbeddedNode> nodes() {
        return nodes;
    }

    long showingLsn(int replica) {
        return replicas.get(replica - 1).showingLsn();
    }

    long appliedLsn(int node) {
        return node == 0 ? newest.get() : replicas.get(node - 1).appliedLsn();
    }

    void committed(long lsn) {
        if (newest.get() < lsn) {
            newest.accumulateAndGet(lsn, Math::max);
        }
        flushRunner.wake();
    }

    DirectCommits directCommits() {
        return primary.directCommits();
    }

    /** Makes commits durable, and wakes the replicas when there is more for them. */
    private final class Flush implements Duty {
        @Override
        public int work() {
            try {
                if (primary.flush()) {
                    replicas.forEach(LocalReplica::wake);
                }
            } catch (SQLException e) {
                LOG.debug("event=primary_not_flushed reason=\"{}\"", e.getMessage());
            }
            return 0;
        }

        @Override
        public long paceNanos() {
            return primary.flushPauseNanos();
        }
    }

    /** Stops the threads and closes all stores that nobody else has open. Blocks. */
    void close() throws SQLException {
        runners.forEach(Runner::close);
        replicas.forEach(LocalReplica::close);
        primary.close();
    }
}
