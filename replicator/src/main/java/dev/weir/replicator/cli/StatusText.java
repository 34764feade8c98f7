package dev.weir.replicator.cli;

import dev.weir.replicator.source.ClusterStatus;
import dev.weir.replicator.source.ClusterStatus.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** A cluster's status as text for people and for programs. Pure. */
final class StatusText {
    private static final String UNKNOWN = "unknown";

    private StatusText() {}

    static String table(ClusterStatus status) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"NAME", "ROLE", "STATE", "EPOCH", "LSN", "LAG", "LAG MS", "SEEN MS AGO", "URL"});
        rows.add(new String[] {
            status.primary(), "primary", "", Long.toString(status.epoch()), Long.toString(status.lsn()), "", "", "", ""
        });
        for (Replica replica : status.replicas()) {
            rows.add(new String[] {
                replica.name(),
                "replica",
                replica.state(),
                Long.toString(replica.epoch()),
                Long.toString(replica.appliedLsn()),
                text(replica.lagEntries(), UNKNOWN),
                millis(replica.lag(), UNKNOWN),
                Long.toString(replica.silence().toMillis()),
                replica.url()
            });
        }
        return "cluster " + status.cluster() + System.lineSeparator() + aligned(rows);
    }

    private static String aligned(List<String[]> rows) {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.length; column++) {
                int at = column;
                int width = rows.stream()
                        .mapToInt(cells -> cells[at].length())
                        .max()
                        .orElse(0);
                line.append(String.format(Locale.ROOT, "%-" + Math.max(1, width) + "s  ", row[column]));
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    static String json(ClusterStatus status) {
        StringBuilder text = new StringBuilder("{\"cluster\":")
                .append(quoted(status.cluster().toString()))
                .append(",\"primary\":{\"name\":")
                .append(quoted(status.primary()))
                .append(",\"epoch\":")
                .append(status.epoch())
                .append(",\"lsn\":")
                .append(status.lsn())
                .append("},\"replicas\":[");
        String separator = "";
        for (Replica replica : status.replicas()) {
            text.append(separator)
                    .append("{\"name\":")
                    .append(quoted(replica.name()))
                    .append(",\"url\":")
                    .append(quoted(replica.url()))
                    .append(",\"state\":")
                    .append(quoted(replica.state()))
                    .append(",\"epoch\":")
                    .append(replica.epoch())
                    .append(",\"received_lsn\":")
                    .append(replica.receivedLsn())
                    .append(",\"applied_lsn\":")
                    .append(replica.appliedLsn())
                    .append(",\"lag_entries\":")
                    .append(text(replica.lagEntries(), "null"))
                    .append(",\"lag_ms\":")
                    .append(millis(replica.lag(), "null"))
                    .append(",\"seen_ms_ago\":")
                    .append(replica.silence().toMillis())
                    .append('}');
            separator = ",";
        }
        return text.append("]}").append(System.lineSeparator()).toString();
    }

    private static String text(OptionalLong number, String absent) {
        return number.isPresent() ? Long.toString(number.getAsLong()) : absent;
    }

    private static String millis(Optional<Duration> duration, String absent) {
        return duration.map(known -> Long.toString(known.toMillis())).orElse(absent);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
