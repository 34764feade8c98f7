package dev.weir.replicator.cli;

import dev.weir.log.EntryKind;
import dev.weir.log.EntryState;
import dev.weir.log.LogReader;
import dev.weir.log.LogTransaction;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.EntryText;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a primary's log. Confined to one thread. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what a primary has committed, oldest first: each entry with its commit time and its statements, or rows as SQL.",
            "Without --from and --since it begins so many entries before the end as --limit says. The log holds data of every table; --user is"
                    + " an administrator."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:shown, also if no entry matches",
            "1:the primary cannot be asked",
            "2:the command line is wrong"
        })
final class LogCommand implements Callable<Integer> {
    private static final int READ_AT_ONCE = 500;
    private static final int MOST_STATEMENTS = 100;

    @Mixin
    Target target = new Target();

    @Option(names = "--from", paramLabel = "LSN", description = "Begin with this entry.")
    @Nullable Long from;

    @Option(names = "--to", paramLabel = "LSN", description = "End with this entry.")
    @Nullable Long to;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Entries committed then or later: 2026-01-31T12:00:00Z, the same without Z in this machine's zone, or 10m for ten"
                            + " minutes ago.")
    @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Entries committed before; as --since.")
    @Nullable String until;

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "Entries that name this table, any case, with or without schema.")
    @Nullable String table;

    @Option(names = "--text", paramLabel = "TEXT", description = "Entries whose statements hold this text, any case.")
    @Nullable String text;

    @Option(
            names = "--limit",
            defaultValue = "50",
            paramLabel = "N",
            description = "How many entries are shown (default: ${DEFAULT-VALUE}).")
    int limit;

    @Mixin
    Output output = new Output();

    @Override
    public Integer call() throws Exception {
        if (limit < 1) {
            throw CommandFailure.ofUsage("--limit is " + limit + "; give 1 or more");
        }
        Instant begin = since == null ? Instant.MIN : time("--since", since);
        Instant end = until == null ? Instant.MAX : time("--until", until);
        try (Connection connection = target.primary().openSession()) {
            if (read(connection, begin, end) == 0) {
                output.remark("no entry matches");
            }
        }
        return 0;
    }

    private int read(Connection connection, Instant begin, Instant end) throws SQLException {
        long head = Sessions.queryLong(connection, "SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
        long last = to == null ? head : Math.min(head, to);
        long after = from != null ? from - 1 : since != null || table != null || text != null ? 0 : last - limit;
        int shown = 0;
        while (after < last && shown < limit) {
            List<LogTransaction> entries = LogReader.read(connection, new Lsn(Math.max(0, after)), READ_AT_ONCE);
            try {
                if (entries.isEmpty()) {
                    break;
                }
                for (LogTransaction entry : entries) {
                    after = entry.lsn().value();
                    if (after <= last && shown < limit && matches(entry, begin, end)) {
                        show(entry);
                        shown++;
                    }
                }
            } finally {
                entries.forEach(entry -> entry.body().close());
            }
        }
        return shown;
    }

    private boolean matches(LogTransaction entry, Instant begin, Instant end) {
        if (entry.committedAt().isBefore(begin) || !entry.committedAt().isBefore(end)) {
            return false;
        }
        if (table != null && (entry.kind() == EntryKind.BARRIER || !EntryText.names(entry, table))) {
            return false;
        }
        if (text == null) {
            return true;
        }
        String wanted = text.toUpperCase(Locale.ROOT);
        return EntryText.statements(entry).stream()
                .anyMatch(statement -> statement.toUpperCase(Locale.ROOT).contains(wanted));
    }

    private void show(LogTransaction entry) {
        List<String> statements = EntryText.statements(entry);
        List<String> first = statements.stream().limit(MOST_STATEMENTS).toList();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("lsn", entry.lsn().value());
        object.put("committed_at", entry.committedAt().toString());
        object.put("epoch", entry.epoch().number());
        object.put("incarnation", entry.incarnation().toString());
        object.put("origin", entry.origin());
        object.put("kind", entry.kind().name());
        object.put("state", entry.state().name());
        object.put("statement_count", statements.size());
        object.put("statements", first);
        output.print(object, () -> text(entry, first, statements.size() - first.size()));
    }

    private static String text(LogTransaction entry, List<String> statements, int more) {
        List<String> lines = new ArrayList<>();
        lines.add(entry.lsn() + "  " + entry.committedAt() + "  " + entry.kind()
                + (entry.state() == EntryState.DONE ? "" : " " + entry.state()));
        statements.forEach(statement -> lines.add("    " + statement + ";"));
        if (more > 0) {
            lines.add("    and " + more + " more");
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static Instant time(String option, String given) throws CommandFailure {
        if (given.matches("[0-9]+(ms|s|m|h|d)")) {
            Duration ago = new Quantities.OfTime().convert(given);
            return Instant.now().minus(ago);
        }
        try {
            return given.matches(".*(Z|[+-][0-9:]{2,6})$") && given.contains("T")
                    ? OffsetDateTime.parse(given).toInstant()
                    : LocalDateTime.parse(given).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeParseException e) {
            throw CommandFailure.ofUsage(option + " " + given
                    + " is no time; give one as in 2026-01-31T12:00:00Z, or 10m for ten minutes ago");
        }
    }
}
