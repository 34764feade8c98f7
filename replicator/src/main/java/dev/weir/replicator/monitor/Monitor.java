package dev.weir.replicator.monitor;

import dev.weir.replicator.Duty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one cluster: each round it takes a sample, remembers it, and says what has become wrong or right. Confined to one thread, except {@link #overview},
 * {@link #history} and {@link #addSource}, which any thread may call.
 */
public final class Monitor implements Duty, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private final ClusterProbe probe;
    private final Thresholds thresholds;
    private final List<AlertSink> sinks;
    private final Conditions conditions;
    private final AlertBook book;
    private final History history = new History();
    private final Map<String, Pace> paces = new HashMap<>();
    private final Set<String> synchronous = new HashSet<>();
    private final Pace headPace = new Pace();
    private final List<ConditionSource> sources = new CopyOnWriteArrayList<>();
    private volatile @Nullable Overview overview;

    public Monitor(ClusterProbe probe, Thresholds thresholds, List<AlertSink> sinks) {
        this.probe = probe;
        this.thresholds = thresholds;
        this.sinks = List.copyOf(sinks);
        this.conditions = new Conditions(thresholds);
        this.book = new AlertBook(thresholds.clearAfter());
    }

    /** Somebody else who knows what is wrong. Asked in each round, on the monitor's thread. */
    @FunctionalInterface
    public interface ConditionSource {
        List<Condition> conditions();
    }

    public void addSource(ConditionSource source) {
        sources.add(source);
    }

    /** The cluster as it was judged last; empty before the first round. */
    public Optional<Overview> overview() {
        return Optional.ofNullable(overview);
    }

    public History history() {
        return history;
    }

    /** Takes one sample and judges it. Blocks as the probe does. */
    @Override
    public int work() {
        ClusterSample sample = probe.take();
        List<ReplicaView> judged = judge(sample);
        List<Condition> wrong = new ArrayList<>(conditions.of(sample, judged, book::level));
        sample.replicas().forEach(replica -> fallback(replica, wrong));
        sources.forEach(source -> wrong.addAll(source.conditions()));
        List<Alert> news = book.update(sample.at(), sample.nanos(), wrong);
        List<ReplicaView> replicas = judged.stream()
                .map(replica -> new ReplicaView(
                        replica.sample(),
                        replica.state(),
                        book.worstOf(replica.name()),
                        replica.applyRate(),
                        replica.catchUp()))
                .toList();
        replicas.forEach(replica -> history.add(sample.at(), replica));
        List<Alert> open = book.open();
        overview = new Overview(sample, replicas, Health.of(replicas, open), open, book.recent());
        news.forEach(this::tell);
        return 0;
    }

    private List<ReplicaView> judge(ClusterSample sample) {
        sample.primary().ifPresent(primary -> {
            headPace.add(sample.nanos(), primary.lsn());
        });
        paces.keySet()
                .retainAll(sample.replicas().stream().map(ReplicaSample::name).toList());
        return sample.replicas().stream().map(replica -> judge(sample, replica)).toList();
    }

    private ReplicaView judge(ClusterSample sample, ReplicaSample replica) {
        Pace pace = paces.computeIfAbsent(replica.name(), name -> new Pace());
        if (replica.appliedLsn().isPresent()) {
            pace.add(sample.nanos(), replica.appliedLsn().getAsLong());
        }
        OptionalDouble rate = replica.appliedLsn().isPresent() ? pace.perSecond() : OptionalDouble.empty();
        NodeState state = isStalled(sample, replica, pace) ? NodeState.STALLED : replica.state();
        return new ReplicaView(replica, state, Severity.INFO, rate, catchUp(replica, rate));
    }

    /** Whether it says that all is well, but does not move though there is something to apply. */
    private boolean isStalled(ClusterSample sample, ReplicaSample replica, Pace pace) {
        boolean saysWell = replica.state() == NodeState.STREAMING || replica.state() == NodeState.CATCHING_UP;
        if (!saysWell || sample.primary().isEmpty() || replica.appliedLsn().isEmpty()) {
            return false;
        }
        PrimarySample primary = sample.primary().get();
        long available = primary.durableLsn().orElse(primary.lsn());
        // An idle replica stands still as well; what matters is for how long there has been something to apply.
        long waiting = Math.min(
                pace.stillFor(sample.nanos()),
                replica.lag().map(Duration::toNanos).orElse(Long.MAX_VALUE));
        return replica.appliedLsn().getAsLong() < available
                && waiting >= thresholds.stallAfter().toNanos();
    }

    private Optional<Duration> catchUp(ReplicaSample replica, OptionalDouble rate) {
        OptionalLong left = replica.lagEntries().isPresent() ? replica.lagEntries() : replica.lagBytes();
        if (left.isEmpty()) {
            return Optional.empty();
        }
        if (left.getAsLong() == 0) {
            return Optional.of(Duration.ZERO);
        }
        double gain = rate.orElse(Double.NaN) - headPace.perSecond().orElse(Double.NaN);
        return gain > 0 ? Optional.of(Duration.ofMillis((long) (left.getAsLong() * 1_000 / gain))) : Optional.empty();
    }

    private void fallback(ReplicaSample replica, List<Condition> wrong) {
        if (replica.synchronous().orElse(false)) {
            synchronous.add(replica.name());
        } else if (synchronous.contains(replica.name())) {
            wrong.add(new Condition(
                    AlertKind.ASYNCHRONOUS,
                    replica.name(),
                    Severity.WARNING,
                    "Commits no longer wait for " + replica.name()
                            + ", as they did before; what it lacks is lost if the primary is",
                    Map.of(
                            "synchronous",
                            replica.synchronous().map(String::valueOf).orElse("unknown"))));
        }
    }

    private void tell(Alert alert) {
        for (AlertSink sink : sinks) {
            try {
                sink.accept(alert);
            } catch (RuntimeException e) {
                LOG.error(
                        "event=alert_not_told sink={} alert={}", sink.getClass().getSimpleName(), alert.id(), e);
            }
        }
    }

    @Override
    public void close() {
        probe.close();
    }
}
