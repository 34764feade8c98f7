package dev.weir.cluster;

import dev.weir.sql.SqlDialect;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which nodes a cluster has, as whom to reach them, and how to pool and probe. Immutable; equal settings share one
 * {@link Cluster} in a JVM. The text form has no credentials.
 *
 * @param dialect the target database
 * @param topology the nodes
 * @param targetProperties what the target driver takes: user, password and its own settings; never logged
 * @param poolSize the most connections to one node, at least 1
 * @param poolMinIdle how many idle connections to each node are kept ready
 * @param poolTimeout how long to wait for a free connection to a node
 * @param probeInterval how often each node is asked for its role and position
 * @param nodeTimeout how long a node may give no sign of life before what waits for it is broken off
 * @param idleTimeout how long a cluster that nobody uses keeps its pools and its monitor
 */
public record ClusterSettings(
        SqlDialect dialect,
        Topology topology,
        Map<String, String> targetProperties,
        int poolSize,
        int poolMinIdle,
        Duration poolTimeout,
        Duration probeInterval,
        Duration nodeTimeout,
        Duration idleTimeout) {
    public static final int DEFAULT_POOL_SIZE = 100;
    public static final Duration DEFAULT_POOL_TIMEOUT = Duration.ofSeconds(30);
    public static final Duration DEFAULT_PROBE_INTERVAL = Duration.ofMillis(100);
    public static final Duration DEFAULT_NODE_TIMEOUT = Duration.ofSeconds(2);
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);

    public ClusterSettings {
        targetProperties = Map.copyOf(targetProperties);
        if (poolSize < 1) {
            throw new IllegalArgumentException("Pool size " + poolSize + " is below 1");
        }
        if (poolMinIdle < 0 || poolMinIdle > poolSize) {
            throw new IllegalArgumentException(
                    "Pool minimum of " + poolMinIdle + " idle connections is outside 0 to " + poolSize);
        }
        if (probeInterval.isNegative() || probeInterval.isZero()) {
            throw new IllegalArgumentException("Probe interval " + probeInterval + " is not positive");
        }
        if (nodeTimeout.isNegative() || nodeTimeout.isZero()) {
            throw new IllegalArgumentException("Node timeout " + nodeTimeout + " is not positive");
        }
    }

    /** Settings with the default pool, probe interval and idle timeout. */
    public static ClusterSettings of(SqlDialect dialect, Topology topology, Map<String, String> targetProperties) {
        return new ClusterSettings(
                dialect,
                topology,
                targetProperties,
                DEFAULT_POOL_SIZE,
                0,
                DEFAULT_POOL_TIMEOUT,
                DEFAULT_PROBE_INTERVAL,
                DEFAULT_NODE_TIMEOUT,
                DEFAULT_IDLE_TIMEOUT);
    }

    public ClusterSettings withProbeInterval(Duration interval) {
        return new ClusterSettings(
                dialect,
                topology,
                targetProperties,
                poolSize,
                poolMinIdle,
                poolTimeout,
                interval,
                nodeTimeout,
                idleTimeout);
    }

    public ClusterSettings withNodeTimeout(Duration timeout) {
        return new ClusterSettings(
                dialect,
                topology,
                targetProperties,
                poolSize,
                poolMinIdle,
                poolTimeout,
                probeInterval,
                timeout,
                idleTimeout);
    }

    public ClusterSettings withIdleTimeout(Duration timeout) {
        return new ClusterSettings(
                dialect,
                topology,
                targetProperties,
                poolSize,
                poolMinIdle,
                poolTimeout,
                probeInterval,
                nodeTimeout,
                timeout);
    }

    public ClusterSettings withPool(int size, int minIdle, Duration timeout) {
        return new ClusterSettings(
                dialect, topology, targetProperties, size, minIdle, timeout, probeInterval, nodeTimeout, idleTimeout);
    }

    /** The user whom the nodes see; empty if the target's own default applies. */
    public String user() {
        return targetProperties.getOrDefault("user", "");
    }

    /** As good as one over all parts; the generated one is put together from method handles when it is first called. */
    @Override
    public int hashCode() {
        return 31 * topology.hashCode() + targetProperties.hashCode();
    }

    @Override
    public String toString() {
        return "ClusterSettings[" + dialect + ", " + topology + ", properties "
                + new TreeMap<>(targetProperties).keySet() + ", poolSize=" + poolSize + ", poolMinIdle=" + poolMinIdle
                + ", poolTimeout=" + poolTimeout + ", probeInterval=" + probeInterval + ", nodeTimeout=" + nodeTimeout
                + ", idleTimeout=" + idleTimeout
                + "]";
    }

    /** Where the nodes are. */
    public sealed interface Topology {}

    /**
     * Nodes that run elsewhere, in any order of roles.
     *
     * @param urls the target's own URL of each node, without credentials; at least one, no two the same
     */
    public record Listed(List<String> urls) implements Topology {
        public Listed {
            urls = List.copyOf(urls);
            if (urls.isEmpty()) {
                throw new IllegalArgumentException("A cluster has at least one node");
            }
            if (new HashSet<>(urls).size() != urls.size()) {
                throw new IllegalArgumentException("A node is named twice in " + urls);
            }
        }

        @Override
        public int hashCode() {
            return urls.hashCode();
        }
    }

    /**
     * An H2 primary in this JVM and replicas that weir-replicator runs beside it.
     *
     * @param url the primary's own URL, without credentials
     * @param replicas how many replicas to run, 0 or more
     */
    public record Embedded(String url, int replicas) implements Topology {
        public Embedded {
            if (replicas < 0) {
                throw new IllegalArgumentException("A cluster cannot have " + replicas + " replicas");
            }
        }
    }
}
