package dev.weir.replicator.http;

import dev.weir.replicator.monitor.Alert;
import dev.weir.replicator.monitor.ClusterSample;
import dev.weir.replicator.monitor.Health;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.PrimarySample;
import dev.weir.replicator.monitor.ReplicaSample;
import dev.weir.replicator.monitor.ReplicaView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** A cluster's status as JSON with stable names; what is not known is null. Pure. */
public final class StatusJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private StatusJson() {}

    /** One object on one line. */
    public static String text(Overview overview) {
        return MAPPER.writeValueAsString(of(overview));
    }

    static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static Map<String, @Nullable Object> of(Overview overview) {
        ClusterSample sample = overview.sample();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("at", sample.at().toString());
        json.put("cluster", sample.cluster().isEmpty() ? null : sample.cluster());
        json.put(
                "primary",
                sample.primary().map(primary -> primary(sample, primary)).orElse(null));
        json.put("trouble", sample.trouble().isEmpty() ? null : sample.trouble());
        json.put(
                "replicas",
                overview.replicas().stream().map(StatusJson::replica).toList());
        json.put("health", health(overview.health()));
        json.put("alerts", alerts(overview.open()));
        json.put("recent_alerts", alerts(overview.recent()));
        json.put(
                "disks",
                sample.disks().stream()
                        .map(disk -> Map.of(
                                "node",
                                disk.node(),
                                "usable_bytes",
                                disk.usableBytes(),
                                "total_bytes",
                                disk.totalBytes()))
                        .toList());
        return json;
    }

    private static Map<String, @Nullable Object> primary(ClusterSample sample, PrimarySample primary) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", primary.name());
        json.put("url", sample.primaryUrl());
        json.put("epoch", primary.epoch());
        json.put("lsn", primary.lsn());
        json.put("durable_lsn", number(primary.durableLsn()));
        json.put("log_entries", number(primary.logEntries()));
        json.put("store_bytes", number(primary.storeBytes()));
        return json;
    }

    private static Map<String, @Nullable Object> replica(ReplicaView replica) {
        ReplicaSample sample = replica.sample();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", sample.name());
        json.put("url", sample.url());
        json.put("state", replica.state().name());
        json.put("reason", sample.reason().isEmpty() ? null : sample.reason());
        json.put("severity", replica.severity().name());
        json.put("epoch", number(sample.epoch()));
        json.put("received_lsn", number(sample.receivedLsn()));
        json.put("applied_lsn", number(sample.appliedLsn()));
        json.put("durable_lsn", number(sample.durableLsn()));
        json.put("lag_entries", number(sample.lagEntries()));
        json.put("lag_bytes", number(sample.lagBytes()));
        json.put("lag_ms", millis(sample.lag()));
        json.put("seen_ms_ago", millis(sample.heartbeatAge()));
        json.put("apply_rate", rate(replica.applyRate()));
        json.put("catch_up_ms", millis(replica.catchUp()));
        json.put("clock_skew_ms", millis(sample.clockSkew()));
        json.put("synchronous", sample.synchronous().orElse(null));
        json.put("reached", sample.reached().orElse(null));
        return json;
    }

    private static Map<String, @Nullable Object> health(Health health) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("worst", health.worst().name());
        json.put("healthy", health.healthy());
        json.put("warning", health.warning());
        json.put("critical", health.critical());
        json.put("unknown_lag", health.unknownLag());
        json.put("maximum_lag_ms", millis(health.maximumLag()));
        json.put("mean_lag_ms", millis(health.meanLag()));
        return json;
    }

    private static List<Map<String, @Nullable Object>> alerts(List<Alert> alerts) {
        return alerts.stream().map(StatusJson::alert).toList();
    }

    /** One alert as webhooks get it, on one line. */
    public static String text(Alert alert) {
        return write(alert(alert));
    }

    private static Map<String, @Nullable Object> alert(Alert alert) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", alert.id());
        json.put("kind", alert.kind().label());
        json.put("node", alert.node());
        json.put("severity", alert.severity().name());
        json.put("start", alert.start().toString());
        json.put("end", alert.end().map(Object::toString).orElse(null));
        json.put("message", alert.message());
        json.put("evidence", alert.evidence());
        return json;
    }

    private static @Nullable Long number(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private static @Nullable Long millis(Optional<Duration> duration) {
        return duration.map(Duration::toMillis).orElse(null);
    }

    private static @Nullable Double rate(OptionalDouble rate) {
        return rate.isPresent() ? Math.round(rate.getAsDouble() * 10) / 10.0 : null;
    }
}
