package dev.weir.cluster;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/** A cluster's figures in Micrometer's global registry. Loaded only where Micrometer is on the class path. Thread-safe. */
final class MicrometerBinding implements MeterBinding {
    private final MeterRegistry registry = Metrics.globalRegistry;
    private final List<Meter> meters = new CopyOnWriteArrayList<>();

    @Override
    public void bind(Cluster cluster, String name) {
        Tags tags = Tags.of("cluster", name);
        counter(
                "weir.retries",
                "Reads sent to a second node",
                tags,
                cluster,
                c -> c.meters().retries());
        counter(
                "weir.misroutes",
                "Texts that a replica refused as writes",
                tags,
                cluster,
                c -> c.meters().misroutes());
        counter(
                "weir.losses",
                "Sessions told of a loss in a failover",
                tags,
                cluster,
                c -> c.meters().losses());
        gauge(
                "weir.replicas",
                "Replicas in rotation",
                tags,
                cluster,
                c -> c.view().replicaCount());
        gauge("weir.connections", "Open logical connections", tags, cluster, Cluster::users);
        histogram(
                "weir.wait",
                "Reads by how long they waited for a replica",
                tags,
                cluster.meters().waits());
        histogram(
                "weir.staleness",
                "Reads of replicas by their staleness",
                tags,
                cluster.meters().staleness());
        for (Node node : cluster.nodes()) {
            bind(node, cluster, tags.and("node", node.name()));
        }
    }

    private void bind(Node node, Cluster cluster, Tags tags) {
        counter("weir.reads", "Reads that have ended", tags, node, Node::reads);
        counter("weir.writes", "Other statements sent", tags, node, Node::writes);
        counter(
                "weir.failures",
                "Statements and connections that failed because of the node",
                tags,
                node,
                Node::failures);
        counter("weir.unserved", "Reads that the node could not serve", tags, node, Node::unservedReads);
        counter("weir.cuts", "Times that all connections were broken off", tags, node, Node::cuts);
        counter(
                "weir.fallbacks",
                "Reads that only ran here because no replica was fit",
                tags,
                node,
                ClusterFigures::fallbacks);
        gauge("weir.in.flight", "Reads under way", tags, node, Node::inFlight);
        gauge(
                "weir.up",
                "1 if the node is in rotation",
                tags,
                cluster,
                c -> c.view().status(node).isUp() ? 1 : 0);
        gauge("weir.breaker", "0 closed, 1 open, 2 half open", tags, node, MicrometerBinding::breaker);
        for (String reason : node.reasonNames()) {
            counter(
                    "weir.statements",
                    "Statements by the rule that routed them",
                    tags.and("reason", reason.toLowerCase(Locale.ROOT)),
                    node,
                    n -> n.reasons().getOrDefault(reason, 0L));
        }
        histogram("weir.read.time", "Reads by how long they took, one in 64", tags, node.readTimes());
        histogram("weir.write.time", "Other statements by how long they took, one in 64", tags, node.writeTimes());
    }

    private static int breaker(Node node) {
        return switch (node.breakerState()) {
            case CLOSED -> 0;
            case OPEN -> 1;
            case HALF_OPEN -> 2;
        };
    }

    private <T> void counter(String name, String what, Tags tags, T of, ToDoubleFunction<T> value) {
        meters.add(FunctionCounter.builder(name, of, value)
                .description(what)
                .tags(tags)
                .register(registry));
    }

    private <T> void gauge(String name, String what, Tags tags, T of, ToDoubleFunction<T> value) {
        meters.add(Gauge.builder(name, of, value)
                .description(what)
                .tags(tags)
                .strongReference(true)
                .register(registry));
    }

    /** Cumulative, as Prometheus has them: how many took up to {@code le} seconds. */
    private void histogram(String name, String what, Tags tags, Histogram histogram) {
        for (int range = 0; range < Histogram.ranges(); range++) {
            int upTo = range;
            boolean last = range == Histogram.ranges() - 1;
            String bound = last ? "+Inf" : Double.toString(Histogram.boundMicros(range) / 1e6);
            counter(name + ".bucket", what, tags.and("le", bound), histogram, h -> cumulated(h, upTo));
        }
        counter(name + ".seconds", what + ", seconds in all", tags, histogram, h -> h.sumMicros() / 1e6);
    }

    private static double cumulated(Histogram histogram, int upTo) {
        double count = 0;
        for (int range = 0; range <= upTo; range++) {
            count += histogram.count(range);
        }
        return count;
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
