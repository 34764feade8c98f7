package dev.weir.replicator.http;

import dev.weir.log.BodyReader;
import dev.weir.log.LogReader;
import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Ddl;
import dev.weir.log.LoggedStatement.Generator;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.Lsn;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The newest entries of a primary's log in words, newest first, without any value that they hold. Thread-safe. */
final class LogTail {
    private static final int MOST_STATEMENTS = 5;
    private static final int MOST_CHARACTERS = 160;
    private static final Pattern LITERAL =
            Pattern.compile("'(?:[^']|'')*'|\\$\\$.*?\\$\\$|(?<![\\w$?])\\d[\\w.]*", Pattern.DOTALL);

    private final PrimaryAccess primary;

    LogTail(PrimaryAccess primary) {
        this.primary = primary;
    }

    List<Map<String, Object>> read(int entries) throws SQLException {
        try (Connection connection = primary.openSession()) {
            long head = Sessions.queryLong(connection, "SELECT LSN FROM WEIR.HEAD WHERE ID = 1");
            List<Map<String, Object>> lines = new ArrayList<>();
            List<LogTransaction> found = LogReader.read(connection, new Lsn(Math.max(0, head - entries)), entries);
            try {
                for (LogTransaction entry : found) {
                    lines.add(0, line(entry));
                }
            } finally {
                found.forEach(entry -> entry.body().close());
            }
            return lines;
        }
    }

    private static Map<String, Object> line(LogTransaction entry) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("lsn", entry.lsn().value());
        line.put("committed_at", entry.committedAt().toString());
        line.put("kind", entry.kind().name());
        line.put("state", entry.state().name());
        line.put("bytes", entry.body().size());
        line.put("changes", describe(entry));
        return line;
    }

    private static List<String> describe(LogTransaction entry) {
        List<String> changes = new ArrayList<>();
        BodyReader reader = entry.body().reader();
        for (LoggedStatement statement = reader.next(); statement != null; statement = reader.next()) {
            if (changes.size() == MOST_STATEMENTS) {
                changes.add("and more");
                return changes;
            }
            changes.add(describe(statement));
        }
        return changes;
    }

    private static String describe(LoggedStatement statement) {
        if (statement instanceof Rows rows) {
            int count = rows.rows().size();
            return rows.change() + " " + rows.schema() + "." + rows.table() + ", " + count
                    + (count == 1 ? " row" : " rows");
        }
        if (statement instanceof Sql sql) {
            return withoutLiterals(sql.sql());
        }
        if (statement instanceof Ddl ddl) {
            return withoutLiterals(ddl.sql());
        }
        return statement instanceof Generator generator ? withoutLiterals(generator.sql()) : "";
    }

    static String withoutLiterals(String sql) {
        String bare =
                LITERAL.matcher(sql).replaceAll("?").replaceAll("\\s+", " ").strip();
        return bare.length() <= MOST_CHARACTERS ? bare : bare.substring(0, MOST_CHARACTERS) + "...";
    }
}
