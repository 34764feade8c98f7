package dev.weir.cluster;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

/**
 * The lineage of each cluster's primaries, for as long as the JVM lives: longer than a monitor, and shared by the monitors of several
 * users of one cluster. Thread-safe.
 */
final class Lineages {
    static final Lineages OF_JVM = new Lineages();

    private final ConcurrentMap<String, Lineage> byCluster = new ConcurrentHashMap<>();

    Lineage of(String cluster) {
        return byCluster.getOrDefault(cluster, Lineage.NONE);
    }

    /** Replaces a cluster's lineage by what the operator makes of it; the operator is applied once, and not at the same time as another. */
    Lineage change(String cluster, UnaryOperator<Lineage> change) {
        return byCluster.compute(cluster, (key, known) -> change.apply(known == null ? Lineage.NONE : known));
    }
}
