package dev.weir.cluster;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cluster's figures, shown through JMX, and Micrometer where it is, for as long as the cluster runs. Thread-safe. */
final class ClusterFigures implements ClusterMXBean, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFigures.class);
    private static final AtomicInteger IDS = new AtomicInteger();

    /** The reasons of routing for which a read runs on the primary though a replica would do, were one fit. */
    private static final Set<String> FALLBACKS = Set.of(
            "NO_REPLICA",
            "TOO_MUCH_LAG",
            "BEHIND_SESSION",
            "BEHIND_BOUND",
            "BEHIND_PRIMARY",
            "OTHER_EPOCH",
            "UNSERVED");

    private final Cluster cluster;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ObjectName name;
    private @Nullable MeterBinding binding;
    private boolean shown;
    private boolean closed;

    ClusterFigures(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Shows the figures until they are closed; does nothing if they are shown already or closed. */
    void show(String clusterName) {
        lock.lock();
        try {
            if (shown || closed) {
                return;
            }
            shown = true;
            register(clusterName);
            binding = Micrometer.binding().orElse(null);
            if (binding != null) {
                binding.bind(cluster, clusterName);
            }
        } finally {
            lock.unlock();
        }
    }

    private void register(String clusterName) {
        try {
            ObjectName wanted = new ObjectName(
                    "dev.weir:type=Cluster,name=" + ObjectName.quote(clusterName) + ",id=" + IDS.incrementAndGet());
            ManagementFactory.getPlatformMBeanServer().registerMBean(this, wanted);
            name = wanted;
        } catch (JMException | LinkageError e) {
            // A runtime image may lack java.management.
            LOG.warn("The figures of the cluster {} cannot be shown through JMX", clusterName, e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (binding != null) {
                binding.close();
            }
            unregister();
        } finally {
            lock.unlock();
        }
    }

    private void unregister() {
        if (name == null) {
            return;
        }
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (JMException e) {
            LOG.debug("The figures {} were not registered any more", name, e);
        }
    }

    /** A histogram's counts by the bounds of its ranges. */
    static Map<String, Long> table(Histogram histogram) {
        Map<String, Long> table = new LinkedHashMap<>();
        for (int range = 0; range < Histogram.ranges(); range++) {
            table.put(label(range), histogram.count(range));
        }
        return table;
    }

    private static String label(int range) {
        boolean last = range == Histogram.ranges() - 1;
        long bound = Histogram.boundMicros(last ? range - 1 : range);
        String sign = last ? "> " : "<= ";
        return bound < 1_000 ? sign + bound + " us" : sign + bound / 1_000 + " ms";
    }

    private long sum(ToLongFunction<Node> figure) {
        return cluster.nodes().stream().mapToLong(figure).sum();
    }

    @Override
    public String getPrimary() {
        NodeStatus primary = cluster.view().primary();
        return primary == null ? "" : primary.node().name();
    }

    @Override
    public int getReplicas() {
        return cluster.view().replicaCount();
    }

    @Override
    public int getConnections() {
        return cluster.users();
    }

    @Override
    public long getReads() {
        return sum(Node::reads);
    }

    @Override
    public long getWrites() {
        return sum(Node::writes);
    }

    @Override
    public long getFallbacks() {
        NodeStatus primary = cluster.view().primary();
        return primary == null ? 0 : fallbacks(primary.node());
    }

    static long fallbacks(Node node) {
        return node.reasons().entrySet().stream()
                .filter(entry -> FALLBACKS.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    @Override
    public long getRetries() {
        return cluster.meters().retries();
    }

    @Override
    public long getLearnedMisroutes() {
        return cluster.meters().misroutes();
    }

    @Override
    public long getLosses() {
        return cluster.meters().losses();
    }

    @Override
    public Map<String, Long> getReasons() {
        Map<String, Long> all = new TreeMap<>();
        cluster.nodes().forEach(node -> node.reasons().forEach((reason, count) -> all.merge(reason, count, Long::sum)));
        return all;
    }

    @Override
    public Map<String, Long> getWaits() {
        return table(cluster.meters().waits());
    }

    @Override
    public Map<String, Long> getStalenessServed() {
        return table(cluster.meters().staleness());
    }

    @Override
    public List<NodeFigures> getNodes() {
        return cluster.view().statuses().stream()
                .<NodeFigures>map(NodeSnapshot::new)
                .toList();
    }
}
