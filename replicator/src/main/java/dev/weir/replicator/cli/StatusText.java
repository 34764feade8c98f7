package dev.weir.replicator.cli;

import dev.weir.replicator.monitor.Alert;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.PrimarySample;
import dev.weir.replicator.monitor.ReplicaSample;
import dev.weir.replicator.monitor.ReplicaView;
import dev.weir.replicator.monitor.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A cluster's status as a table for people. Immutable. */
final class StatusText {
    private static final String UNKNOWN = "unknown";

    private final boolean colours;

    StatusText(boolean colours) {
        this.colours = colours;
    }

    /** One line of the table and how bad what it tells is. */
    private record Row(Severity severity, List<String> cells) {
        Row(Severity severity, String... cells) {
            this(severity, List.of(cells));
        }
    }

    String table(Overview overview) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                Severity.INFO,
                "NAME",
                "ROLE",
                "STATE",
                "APPLIED",
                "DURABLE",
                "ENTRIES BEHIND",
                "TIME BEHIND",
                "SEEN",
                "RATE",
                "CATCHES UP",
                "URL"));
        Optional<PrimarySample> primary = overview.sample().primary();
        rows.add(new Row(
                primary.isPresent() ? Severity.INFO : Severity.CRITICAL,
                primary.map(PrimarySample::name).orElse("primary"),
                "primary",
                primary.isPresent() ? "epoch " + primary.get().epoch() : "UNKNOWN",
                primary.map(found -> Long.toString(found.lsn())).orElse(UNKNOWN),
                primary.map(found -> text(found.durableLsn())).orElse(UNKNOWN),
                "",
                "",
                "",
                "",
                "",
                overview.sample().primaryUrl()));
        overview.replicas().forEach(replica -> rows.add(row(replica)));
        String cluster = overview.sample().cluster();
        StringBuilder text = new StringBuilder("cluster ")
                .append(cluster.isEmpty() ? UNKNOWN : cluster)
                .append(System.lineSeparator());
        append(rows, text);
        for (Alert alert : overview.open()) {
            text.append(coloured(alert.severity(), alert.severity() + ": " + alert.message()))
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    private static Row row(ReplicaView replica) {
        ReplicaSample sample = replica.sample();
        return new Row(
                replica.severity(),
                sample.name(),
                "replica",
                replica.state().name(),
                text(sample.appliedLsn()),
                text(sample.durableLsn()),
                sample.lagBytes().isPresent() ? sample.lagBytes().getAsLong() + " B" : text(sample.lagEntries()),
                text(sample.lag()),
                sample.heartbeatAge().map(age -> text(age) + " ago").orElse(UNKNOWN),
                text(replica.applyRate()),
                text(replica.catchUp()),
                sample.url());
    }

    private void append(List<Row> rows, StringBuilder text) {
        int columns = rows.get(0).cells().size();
        int[] widths = new int[columns];
        for (Row row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.cells().get(i).length());
            }
        }
        for (Row row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(String.format(
                        Locale.ROOT,
                        "%-" + Math.max(1, widths[i]) + "s  ",
                        row.cells().get(i)));
            }
            text.append(coloured(row.severity(), line.toString().stripTrailing()))
                    .append(System.lineSeparator());
        }
    }

    private String coloured(Severity severity, String text) {
        if (!colours) {
            return text;
        }
        return switch (severity) {
            case INFO -> text;
            case WARNING -> "\u001b[33m" + text + "\u001b[0m";
            case CRITICAL -> "\u001b[31m" + text + "\u001b[0m";
        };
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : UNKNOWN;
    }

    private static String text(OptionalDouble rate) {
        return rate.isPresent() ? String.format(Locale.ROOT, "%.0f/s", rate.getAsDouble()) : UNKNOWN;
    }

    private static String text(Optional<Duration> duration) {
        return duration.map(StatusText::text).orElse(UNKNOWN);
    }

    private static String text(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(10)) < 0
                ? String.format(Locale.ROOT, "%.3f s", duration.toMillis() / 1_000.0)
                : duration.toMinutes() + " min";
    }
}
