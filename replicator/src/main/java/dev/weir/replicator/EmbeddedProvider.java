package dev.weir.replicator;

import dev.weir.log.DirectCommits;
import dev.weir.log.EmbeddedReplication;
import dev.weir.log.EmbeddedReplicationProvider;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts embedded clusters, and shares one among all who ask for the same store in this JVM. Thread-safe. */
public final class EmbeddedProvider implements EmbeddedReplicationProvider {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedProvider.class);
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<String, Entry> RUNNING = new HashMap<>();
    private static volatile boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(EmbeddedProvider::closeAll, "weir-embedded-shutdown"));
    }

    private static final class Entry {
        final EmbeddedCluster cluster;
        final int replicas;
        int shares;

        Entry(EmbeddedCluster cluster, int replicas) {
            this.cluster = cluster;
            this.replicas = replicas;
        }
    }

    @Override
    public EmbeddedReplication start(String url, String user, String password, int replicas) throws SQLException {
        if (replicas < 0) {
            throw new SQLException("weir.replicas is " + replicas + "; it must be 0 or more", "22023");
        }
        StoreUrl store = parse(url);
        LOCK.lock();
        try {
            Entry entry = RUNNING.get(store.key());
            if (entry == null) {
                entry = new Entry(EmbeddedCluster.start(store, user, password, replicas), replicas);
                RUNNING.put(store.key(), entry);
            } else {
                requireSame(entry, store, user, password, replicas);
            }
            entry.shares++;
            return new Share(store.key(), entry);
        } finally {
            LOCK.unlock();
        }
    }

    /** The cluster that runs in this JVM for a store; empty if none does. */
    public static Optional<RunningCluster> running(String url) throws SQLException {
        String key = parse(url).key();
        LOCK.lock();
        try {
            return Optional.ofNullable(RUNNING.get(key)).map(entry -> entry.cluster.running());
        } finally {
            LOCK.unlock();
        }
    }

    private static StoreUrl parse(String url) throws SQLException {
        StoreUrl store;
        try {
            store = StoreUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new SQLException(e.getMessage(), "08001", e);
        }
        if (store.kind() == StoreUrl.Kind.REMOTE) {
            throw new SQLException(
                    "Store " + store
                            + " is behind a server; weir.replicas=N runs a cluster inside this JVM. Name the servers in the URL instead",
                    "08001");
        }
        return store;
    }

    private static void requireSame(Entry entry, StoreUrl store, String user, String password, int replicas)
            throws SQLException {
        if (entry.replicas != replicas) {
            throw new SQLException(
                    "Store " + store + " already runs in this JVM with weir.replicas=" + entry.replicas + "; asked for "
                            + replicas + ". Use the same number everywhere",
                    "08001");
        }
        Sessions.open(store, user, password).close();
    }

    /** Closes in order what the application has left open when the JVM ends. */
    private static void closeAll() {
        ending = true;
        LOCK.lock();
        try {
            for (Entry entry : RUNNING.values()) {
                try {
                    entry.cluster.close();
                } catch (SQLException closedByH2) {
                    LOG.debug("event=close_at_exit reason=\"{}\"", closedByH2.getMessage());
                }
            }
            RUNNING.clear();
        } finally {
            LOCK.unlock();
        }
    }

    private static void release(String key, Entry entry) throws SQLException {
        LOCK.lock();
        try {
            entry.shares--;
            if (entry.shares == 0 && RUNNING.get(key) == entry) {
                RUNNING.remove(key);
                entry.cluster.close();
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** One user's hold on a running cluster. */
    private static final class Share implements EmbeddedReplication {
        private final String key;
        private final Entry entry;
        private final AtomicBoolean closed = new AtomicBoolean();

        Share(String key, Entry entry) {
            this.key = key;
            this.entry = entry;
        }

        @Override
        public List<EmbeddedNode> nodes() {
            return entry.cluster.nodes();
        }

        @Override
        public long showingLsn(int replica) {
            return entry.cluster.showingLsn(replica);
        }

        @Override
        public long appliedLsn(int node) {
            return entry.cluster.appliedLsn(node);
        }

        @Override
        public void committed(long lsn) {
            entry.cluster.committed(lsn);
        }

        @Override
        public DirectCommits directCommits() {
            return entry.cluster.directCommits();
        }

        @Override
        public boolean isEnding() {
            return ending;
        }

        @Override
        public void close() throws SQLException {
            if (closed.compareAndSet(false, true)) {
                release(key, entry);
            }
        }
    }
}
