package dev.weir.replicator.replica;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.Lsn;
import dev.weir.log.ReplaySql;
import dev.weir.log.ValueType;
import dev.weir.log.Values;
import dev.weir.replicator.source.Divergence;
import dev.weir.replicator.source.EntryText;
import dev.weir.replicator.source.SqlLiteral;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tells how a row of the replica differs from what a logged change expects of it. Confined to one thread. */
final class RowWitness {
    private static final int LONGEST = 4_000;
    private static final int MOST_ROWS = 3;
    private static final String KEY =
            "SELECT C.COLUMN_NAME FROM INFORMATION_SCHEMA.INDEXES I JOIN INFORMATION_SCHEMA.INDEX_COLUMNS C"
                    + " ON C.INDEX_SCHEMA = I.INDEX_SCHEMA AND C.INDEX_NAME = I.INDEX_NAME"
                    + " WHERE I.INDEX_TYPE_NAME = 'PRIMARY KEY' AND I.TABLE_SCHEMA = ? AND I.TABLE_NAME = ? ORDER BY C.ORDINAL_POSITION";
    private static final Pattern TARGET = Pattern.compile(
            "\\s*(INSERT|UPDATE|DELETE|MERGE)(?:\\s+(?:INTO|FROM))?\\s+((?:\"(?:[^\"]|\"\")+\"|[^\\s(;,])+).*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final StatementCache statements;

    RowWitness(StatementCache statements) {
        this.statements = statements;
    }

    /** What the replica holds where one row was to be changed. Reads in the current transaction. */
    Divergence of(Lsn lsn, Rows rows, @Nullable Object[] row) throws SQLException {
        List<String> columns = keyColumns(rows);
        List<String> identity = columns.isEmpty() ? rows.columns() : columns;
        @Nullable Object[] values = new @Nullable Object[identity.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row[rows.columns().indexOf(identity.get(i))];
        }
        Rows wanted = new Rows(
                rows.schema(), rows.table(), Change.DELETE_BAG, identity, 0, List.<@Nullable Object[]>of(values));
        return new Divergence(
                lsn,
                rows.change().name(),
                rows.schema(),
                rows.table(),
                columns,
                columns.isEmpty() ? "" : shortened(pairs(identity, values)),
                shortened(expected(rows, row)),
                shortened(found(wanted, values)));
    }

    /** A text that did not change as many rows as on the primary. */
    static Divergence of(Lsn lsn, Sql sql, String found) {
        Matcher target = TARGET.matcher(sql.sql());
        boolean known = target.matches();
        return new Divergence(
                lsn,
                known ? target.group(1).toUpperCase(java.util.Locale.ROOT) : "statement",
                "",
                known ? target.group(2) : "a table",
                List.of(),
                "",
                shortened(sql.count() + " rows changed by " + EntryText.text(sql)),
                found);
    }

    private List<String> keyColumns(Rows rows) throws SQLException {
        if (rows.keys() > 0) {
            return rows.columns().subList(0, rows.keys());
        }
        List<String> columns = new ArrayList<>();
        PreparedStatement query = statements.prepare(null, KEY);
        query.setString(1, rows.schema());
        query.setString(2, rows.table());
        try (ResultSet found = query.executeQuery()) {
            while (found.next()) {
                columns.add(found.getString(1));
            }
        }
        return rows.columns().containsAll(columns) ? columns : List.of();
    }

    private static String expected(Rows rows, @Nullable Object[] row) {
        return switch (rows.change()) {
            case INSERT -> "no such row; then " + pairs(rows.columns(), row);
            case UPDATE -> "one such row; then " + pairs(rows.columns(), row);
            case UPSERT -> "one such row or none; then " + pairs(rows.columns(), row);
            case DELETE -> "one such row; then none";
            case PURGE -> "one such row or none; then none";
            case DELETE_BAG -> "a row like " + pairs(rows.columns(), row);
        };
    }

    private String found(Rows wanted, @Nullable Object[] values) throws SQLException {
        PreparedStatement query = statements.prepare(null, ReplaySql.wholeRows(wanted, values));
        ReplaySql.bind(query, wanted, values, 0);
        List<String> rows = new ArrayList<>();
        try (ResultSet found = query.executeQuery()) {
            while (found.next() && rows.size() < MOST_ROWS) {
                List<String> names = new ArrayList<>();
                @Nullable Object[] image = new @Nullable Object[found.getMetaData().getColumnCount()];
                for (int i = 0; i < image.length; i++) {
                    names.add(found.getMetaData().getColumnName(i + 1));
                    image[i] = Values.read(
                            found, i + 1, ValueType.of(found.getMetaData().getColumnTypeName(i + 1)));
                }
                rows.add(pairs(names, image));
            }
        }
        return rows.isEmpty() ? "no such row" : String.join("; ", rows);
    }

    private static String pairs(List<String> columns, @Nullable Object[] row) {
        return IntStream.range(0, row.length)
                .mapToObj(i -> ReplaySql.quote(columns.get(i)) + " = " + SqlLiteral.of(row[i]))
                .collect(Collectors.joining(", "));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
    }
}
