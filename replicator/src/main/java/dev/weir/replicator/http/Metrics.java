package dev.weir.replicator.http;

import dev.weir.replicator.monitor.Alert;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.ReplicaSample;
import dev.weir.replicator.monitor.ReplicaView;
import dev.weir.replicator.monitor.Severity;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A cluster's figures for Prometheus; what is not known is left out, so that it does not look like zero. Thread-safe. */
final class Metrics {
    private static final double MILLIS = 1_000.0;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, MultiGauge> gauges = new LinkedHashMap<>();

    private MultiGauge gauge(String name, String description) {
        return gauges.computeIfAbsent(
                name, key -> MultiGauge.builder(key).description(description).register(registry));
    }

    /** What Prometheus is to see of a cluster now. */
    synchronized String text(Overview overview) {
        primary(overview);
        replicas(overview.replicas());
        alerts(overview.open());
        return registry.scrape();
    }

    private void primary(Overview overview) {
        List<Row<?>> up = new ArrayList<>();
        List<Row<?>> lsn = new ArrayList<>();
        List<Row<?>> log = new ArrayList<>();
        up.add(Row.of(Tags.empty(), overview.sample().primary().isPresent() ? 1 : 0));
        overview.sample().primary().ifPresent(primary -> {
            lsn.add(Row.of(Tags.empty(), primary.lsn()));
            add(log, Tags.empty(), number(primary.logEntries()));
        });
        gauge("weir.primary.up", "1 if the primary answers").register(up, true);
        gauge("weir.primary.lsn", "The end of the log").register(lsn, true);
        gauge("weir.log.entries", "How many entries the primary's log holds").register(log, true);
        List<Row<?>> disks = new ArrayList<>();
        overview.sample().disks().forEach(disk -> disks.add(Row.of(Tags.of("node", disk.node()), disk.usableBytes())));
        gauge("weir.disk.usable.bytes", "The room left where a store of this process lies")
                .register(disks, true);
    }

    private void replicas(List<ReplicaView> replicas) {
        each(
                "weir.replica.lag.seconds",
                "The age of the oldest entry not applied",
                replicas,
                replica -> replica.sample().lag().map(lag -> lag.toMillis() / MILLIS));
        each("weir.replica.lag.entries", "Entries not applied", replicas, from(ReplicaSample::lagEntries));
        each("weir.replica.lag.bytes", "Bytes of the log not applied", replicas, from(ReplicaSample::lagBytes));
        each("weir.replica.received.lsn", "The newest entry fetched", replicas, from(ReplicaSample::receivedLsn));
        each("weir.replica.applied.lsn", "The newest entry applied", replicas, from(ReplicaSample::appliedLsn));
        each(
                "weir.replica.durable.lsn",
                "The newest entry kept through a crash",
                replicas,
                from(ReplicaSample::durableLsn));
        each(
                "weir.replica.apply.rate",
                "Entries applied in a second",
                replicas,
                replica -> number(replica.applyRate()));
        each(
                "weir.replica.heartbeat.age.seconds",
                "The time since it last reported",
                replicas,
                replica -> replica.sample().heartbeatAge().map(age -> age.toMillis() / MILLIS));
        each(
                "weir.replica.clock.skew.seconds",
                "How far its clock is ahead",
                replicas,
                replica -> replica.sample().clockSkew().map(skew -> skew.toMillis() / MILLIS));
        List<Row<?>> states = new ArrayList<>();
        for (ReplicaView replica : replicas) {
            for (NodeState state : NodeState.values()) {
                states.add(Row.of(
                        Tags.of("replica", replica.name(), "state", state.name()), replica.state() == state ? 1 : 0));
            }
        }
        gauge("weir.replica.state", "1 for the state that it is in").register(states, true);
    }

    private void alerts(List<Alert> open) {
        List<Row<?>> rows = new ArrayList<>();
        for (Severity severity : Severity.values()) {
            ToDoubleFunction<List<Alert>> count = alerts -> alerts.stream()
                    .filter(alert -> alert.severity() == severity)
                    .count();
            rows.add(Row.of(Tags.of("severity", severity.name()), count.applyAsDouble(open)));
        }
        gauge("weir.alerts", "Open alerts").register(rows, true);
    }

    private void each(
            String name,
            String description,
            List<ReplicaView> replicas,
            Function<ReplicaView, Optional<Double>> value) {
        List<Row<?>> rows = new ArrayList<>();
        for (ReplicaView replica : replicas) {
            add(rows, Tags.of("replica", replica.name()), value.apply(replica));
        }
        gauge(name, description).register(rows, true);
    }

    private static void add(List<Row<?>> rows, Tags tags, Optional<Double> value) {
        value.ifPresent(known -> rows.add(Row.of(tags, known)));
    }

    private static Function<ReplicaView, Optional<Double>> from(Function<ReplicaSample, OptionalLong> figure) {
        return replica -> number(figure.apply(replica.sample()));
    }

    private static Optional<Double> number(OptionalLong number) {
        return number.isPresent() ? Optional.of((double) number.getAsLong()) : Optional.empty();
    }

    private static Optional<Double> number(OptionalDouble number) {
        return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
    }
}
