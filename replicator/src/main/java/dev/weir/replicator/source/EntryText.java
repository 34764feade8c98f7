package dev.weir.replicator.source;

import dev.weir.log.EntryKind;
import dev.weir.log.LogTransaction;
import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Ddl;
import dev.weir.log.LoggedStatement.Generator;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.ReplaySql;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An entry of the log as SQL that people can read, and run. Pure. */
public final class EntryText {
    private EntryText() {}

    /** One text for each statement, or for each row that was logged as such; parameters follow in a comment. */
    public static List<String> statements(LogTransaction entry) {
        List<String> texts = new ArrayList<>();
        if (entry.kind() == EntryKind.BARRIER) {
            texts.add("-- a barrier: replicas copy the primary anew");
            return texts;
        }
        for (LoggedStatement statement : entry.statements()) {
            if (statement instanceof Sql sql) {
                texts.add(text(sql));
            } else if (statement instanceof Ddl ddl) {
                texts.add(ddl.sql());
            } else if (statement instanceof Generator generator) {
                texts.add(generator.sql());
            } else if (statement instanceof Rows rows) {
                for (@Nullable Object[] row : rows.rows()) {
                    texts.add(text(rows, row));
                }
            }
        }
        return texts;
    }

    /** The text with its parameters in a comment. */
    public static String text(Sql sql) {
        return sql.sql() + parameters(sql.parameters());
    }

    /** The tables whose rows the entry holds, and the words of its statements; for people who look for a table. */
    public static boolean names(LogTransaction entry, String table) {
        String wanted = table.toUpperCase(Locale.ROOT);
        for (LoggedStatement statement : entry.statements()) {
            if (statement instanceof Rows rows) {
                String name = rows.table().toUpperCase(Locale.ROOT);
                if (name.equals(wanted) || (rows.schema().toUpperCase(Locale.ROOT) + "." + name).equals(wanted)) {
                    return true;
                }
            } else if (statement instanceof Sql sql && holds(sql.sql(), wanted)) {
                return true;
            } else if (statement instanceof Ddl ddl && holds(ddl.sql(), wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(String sql, String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        for (String word : sql.toUpperCase(Locale.ROOT).split("[^\\p{L}\\p{N}_$]+", -1)) {
            if (word.equals(last)) {
                return true;
            }
        }
        return false;
    }

    private static String parameters(List<@Nullable Object> values) {
        return values.isEmpty()
                ? ""
                : " /* "
                        + IntStream.range(0, values.size())
                                .mapToObj(i -> "?" + (i + 1) + " = "
                                        + SqlLiteral.of(values.get(i)).replace("*/", "* /"))
                                .collect(Collectors.joining(", "))
                        + " */";
    }

    private static String text(Rows rows, @Nullable Object[] row) {
        String table = ReplaySql.quote(rows.schema()) + "." + ReplaySql.quote(rows.table());
        return switch (rows.change()) {
            case INSERT ->
                "INSERT INTO " + table + columns(rows) + " OVERRIDING SYSTEM VALUE VALUES (" + values(row) + ")";
            case UPSERT ->
                "MERGE INTO " + table + columns(rows) + " KEY (" + names(rows, 0, rows.keys()) + ") VALUES ("
                        + values(row) + ")";
            case UPDATE ->
                "UPDATE " + table + " SET " + pairs(rows, row, rows.keys(), row.length, " = ", ", ") + " WHERE "
                        + pairs(rows, row, 0, rows.keys(), " = ", " AND ");
            case DELETE, PURGE -> "DELETE FROM " + table + " WHERE " + pairs(rows, row, 0, row.length, " = ", " AND ");
            case DELETE_BAG ->
                "DELETE FROM " + table + " WHERE " + pairs(rows, row, 0, row.length, " IS NOT DISTINCT FROM ", " AND ")
                        + " FETCH FIRST ROW ONLY";
        };
    }

    private static String columns(Rows rows) {
        return "(" + names(rows, 0, rows.columns().size()) + ")";
    }

    private static String names(Rows rows, int from, int to) {
        return rows.columns().subList(from, to).stream().map(ReplaySql::quote).collect(Collectors.joining(", "));
    }

    private static String values(@Nullable Object[] row) {
        List<String> texts = new ArrayList<>();
        for (Object value : row) {
            texts.add(SqlLiteral.of(value));
        }
        return String.join(", ", texts);
    }

    private static String pairs(
            Rows rows, @Nullable Object[] row, int from, int to, String operator, String separator) {
        return IntStream.range(from, to)
                .mapToObj(i -> ReplaySql.quote(rows.columns().get(i)) + operator + SqlLiteral.of(row[i]))
                .collect(Collectors.joining(separator));
    }
}
