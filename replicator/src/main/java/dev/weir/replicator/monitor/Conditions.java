package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds what is wrong with a cluster at one moment. Immutable. */
final class Conditions {
    private static final long MEGABYTE = 1024L * 1024;

    private final Thresholds thresholds;

    Conditions(Thresholds thresholds) {
        this.thresholds = thresholds;
    }

    /** What a level of lag is now, from which hysteresis follows. */
    @FunctionalInterface
    interface Levels {
        Severity of(AlertKind kind, String node);
    }

    List<Condition> of(ClusterSample sample, List<ReplicaView> replicas, Levels levels) {
        List<Condition> found = new ArrayList<>();
        if (sample.primary().isEmpty()) {
            found.add(new Condition(
                    AlertKind.UNREACHABLE,
                    "primary",
                    Severity.CRITICAL,
                    "The primary does not answer: " + sample.trouble()
                            + "; nobody can write, and how far replicas are behind is not known",
                    Map.of("url", sample.primaryUrl())));
        } else {
            logGrowth(sample.primary().get(), found);
        }
        for (ReplicaView replica : replicas) {
            lag(replica, levels, found);
            state(replica, found);
            silence(replica, found);
            skew(replica.sample(), found);
        }
        sample.disks().forEach(disk -> disk(disk, found));
        return found;
    }

    private void lag(ReplicaView replica, Levels levels, List<Condition> found) {
        Optional<Duration> lag = replica.sample().lag();
        if (replica.state() == NodeState.SEEDING) {
            return;
        }
        Severity present = levels.of(AlertKind.LAG, replica.name());
        if (lag.isEmpty()) {
            stillBehind(replica, present, found);
            return;
        }
        LagLimits limits = thresholds.lagLimitsOf(replica.name());
        Severity level = limits.level(lag.get(), present);
        if (level != Severity.INFO) {
            Duration limit = level == Severity.CRITICAL ? limits.critical() : limits.warning();
            found.add(new Condition(
                    AlertKind.LAG,
                    replica.name(),
                    level,
                    "Replica " + replica.name() + " is " + seconds(lag.get()) + " behind (limit " + seconds(limit)
                            + ")",
                    figures(replica)));
        }
    }

    /** A replica of which nothing is known any more has not caught up by that. */
    private static void stillBehind(ReplicaView replica, Severity present, List<Condition> found) {
        boolean said = replica.state() == NodeState.STOPPED || replica.state() == NodeState.DIVERGED;
        if (present != Severity.INFO && !said) {
            found.add(new Condition(
                    AlertKind.LAG,
                    replica.name(),
                    present,
                    "Replica " + replica.name()
                            + " was too far behind when that was known last; how far it is behind now is not known",
                    figures(replica)));
        }
    }

    private void state(ReplicaView replica, List<Condition> found) {
        String name = replica.name();
        String reason = replica.sample().reason().isEmpty()
                ? ""
                : ": " + replica.sample().reason();
        switch (replica.state()) {
            case STALLED ->
                found.add(new Condition(
                        AlertKind.STALL,
                        name,
                        Severity.WARNING,
                        "Replica " + name + " applies nothing" + reason,
                        figures(replica)));
            case DIVERGED ->
                found.add(new Condition(
                        AlertKind.DIVERGENCE,
                        name,
                        Severity.CRITICAL,
                        "Replica " + name + " differs from the primary and serves no reads" + reason,
                        figures(replica)));
            case STOPPED ->
                found.add(new Condition(
                        AlertKind.STOPPED,
                        name,
                        Severity.INFO,
                        "Replica " + name + " was stopped" + reason,
                        figures(replica)));
            case SEEDING, CATCHING_UP, STREAMING, UNKNOWN -> {}
        }
    }

    private void silence(ReplicaView replica, List<Condition> found) {
        Optional<Duration> age = replica.sample().heartbeatAge();
        // One that is busy with a long entry reports nothing meanwhile, but answers.
        boolean answers = replica.sample().reached().orElse(false);
        if (age.isEmpty() || answers || replica.state() == NodeState.STOPPED || replica.state() == NodeState.SEEDING) {
            return;
        }
        Duration silence = age.get();
        if (silence.compareTo(thresholds.silenceWarning()) >= 0) {
            boolean isLong = silence.compareTo(thresholds.silenceCritical()) >= 0;
            found.add(new Condition(
                    AlertKind.UNREACHABLE,
                    replica.name(),
                    isLong ? Severity.CRITICAL : Severity.WARNING,
                    "Replica " + replica.name() + " has given no sign of life for " + seconds(silence) + " (limit "
                            + seconds(isLong ? thresholds.silenceCritical() : thresholds.silenceWarning())
                            + "); look at its process and its network",
                    figures(replica)));
        }
    }

    private void skew(ReplicaSample replica, List<Condition> found) {
        replica.clockSkew()
                .filter(skew -> skew.abs().compareTo(thresholds.clockSkew()) > 0)
                .ifPresent(skew -> found.add(new Condition(
                        AlertKind.CLOCK_SKEW,
                        replica.name(),
                        Severity.WARNING,
                        "The clock of replica " + replica.name() + " is " + seconds(skew.abs())
                                + (skew.isNegative() ? " behind" : " ahead of") + " the primary's (limit "
                                + seconds(thresholds.clockSkew())
                                + "); lag is told by the primary's clock alone and stays right. Synchronise the clocks",
                        Map.of("clock_skew_ms", Long.toString(skew.toMillis())))));
    }

    private void logGrowth(PrimarySample primary, List<Condition> found) {
        OptionalLong entries = primary.logEntries();
        if (entries.isPresent() && entries.getAsLong() > thresholds.logEntries()) {
            found.add(new Condition(
                    AlertKind.LOG_GROWTH,
                    primary.name(),
                    entries.getAsLong() > 5 * thresholds.logEntries() ? Severity.CRITICAL : Severity.WARNING,
                    "The log of " + primary.name() + " holds " + entries.getAsLong() + " entries (limit "
                            + thresholds.logEntries() + "); look for a registered replica that no longer reads it",
                    Map.of("log_entries", Long.toString(entries.getAsLong()))));
        }
    }

    private void disk(DiskSample disk, List<Condition> found) {
        if (disk.usableBytes() < thresholds.diskWarning()) {
            boolean isShort = disk.usableBytes() < thresholds.diskCritical();
            long limit = isShort ? thresholds.diskCritical() : thresholds.diskWarning();
            found.add(new Condition(
                    AlertKind.DISK_SPACE,
                    disk.node(),
                    isShort ? Severity.CRITICAL : Severity.WARNING,
                    "The disk of " + disk.node() + " has " + disk.usableBytes() / MEGABYTE + " MB left (limit "
                            + limit / MEGABYTE + " MB); make room before its store can no longer be written",
                    Map.of(
                            "usable_bytes",
                            Long.toString(disk.usableBytes()),
                            "total_bytes",
                            Long.toString(disk.totalBytes()))));
        }
    }

    private static Map<String, String> figures(ReplicaView replica) {
        ReplicaSample sample = replica.sample();
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("state", replica.state().name());
        figures.put("applied_lsn", text(sample.appliedLsn()));
        figures.put("lag_entries", text(sample.lagEntries()));
        figures.put(
                "lag_ms", sample.lag().map(lag -> Long.toString(lag.toMillis())).orElse("unknown"));
        figures.put(
                "heartbeat_age_ms",
                sample.heartbeatAge().map(age -> Long.toString(age.toMillis())).orElse("unknown"));
        return figures;
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : "unknown";
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1_000.0);
    }
}
