package dev.weir.log;

import dev.weir.log.LoggedStatement.Rows;
import java.io.Reader;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that applies one row of a {@link Rows}, and the order of its parameters. Immutable, except for the statement text, which differs
 * between rows only where a column holds an SQL ROW.
 *
 * <p>Execute {@link #texts} one after the other until one reports a count of 1; every change but UPSERT has exactly one text. If none did,
 * the replica differs from the primary. A row of a table without a primary key must be identical, not only equal to H2: see {@link #equalRows}.
 */
public final class ReplaySql {
    private ReplaySql() {}

    /** The statements to try in order for this row. */
    public static List<String> texts(Rows rows, @Nullable Object[] row) {
        return switch (rows.change()) {
            case INSERT -> List.of(insert(rows, row));
            case UPDATE -> List.of(update(rows, row));
            case UPSERT ->
                rows.keys() == rows.columns().size()
                        ? List.of(touch(rows, row), insert(rows, row))
                        : List.of(update(rows, row), insert(rows, row));
            case DELETE, PURGE -> List.of("DELETE FROM " + name(rows) + " WHERE " + matches(rows, row));
            case DELETE_BAG ->
                List.of("DELETE FROM " + name(rows) + " WHERE " + matchesAll(rows, row) + " FETCH FIRST ROW ONLY");
        };
    }

    /**
     * Binds a row to a statement prepared from one of its {@link #texts}.
     *
     * @param text which of the texts it is, 0 or 1
     */
    public static void bind(PreparedStatement statement, Rows rows, @Nullable Object[] row, int text)
            throws SQLException {
        boolean valuesFirst = text == 0
                && (rows.change() == LoggedStatement.Change.UPDATE || rows.change() == LoggedStatement.Change.UPSERT);
        int index = 1;
        if (valuesFirst) {
            for (int i = rows.keys(); i < row.length; i++) {
                index = bindImage(statement, index, row[i]);
            }
        }
        int end = valuesFirst ? rows.keys() : row.length;
        for (int i = 0; i < end; i++) {
            index = bindImage(statement, index, row[i]);
        }
    }

    /** As {@link Values#bind}, but an empty text goes as a stream, which MODE=Oracle does not turn into NULL. */
    private static int bindImage(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value instanceof String text && text.isEmpty()) {
            statement.setCharacterStream(index, Reader.nullReader());
            return index + 1;
        }
        return Values.bind(statement, index, value);
    }

    /** The query for the rows that H2 takes for equal to a row of {@link LoggedStatement.Change#DELETE_BAG}: their _ROWID_, then the columns. Parameters as of its text. */
    public static String equalRows(Rows rows, @Nullable Object[] row) {
        return "SELECT _ROWID_, "
                + String.join(
                        ", ", rows.columns().stream().map(ReplaySql::quote).toList()) + " FROM " + name(rows)
                + " WHERE " + matchesAll(rows, row);
    }

    /** As {@link #equalRows}, but what it gives are all columns of the table. */
    public static String wholeRows(Rows rows, @Nullable Object[] row) {
        return "SELECT * FROM " + name(rows) + " WHERE " + matchesAll(rows, row);
    }

    /** What deletes the row with a _ROWID_. */
    public static String deleteOne(Rows rows) {
        return "DELETE FROM " + name(rows) + " WHERE _ROWID_ = ?";
    }

    private static String insert(Rows rows, @Nullable Object[] row) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            names.add(quote(rows.columns().get(i)));
            values.add(Values.placeholder(row[i]));
        }
        return "INSERT INTO " + name(rows) + "(" + String.join(", ", names) + ") OVERRIDING SYSTEM VALUE VALUES ("
                + String.join(", ", values) + ")";
    }

    private static String update(Rows rows, @Nullable Object[] row) {
        return "UPDATE " + name(rows) + " SET " + equalities(rows, row, i -> i >= rows.keys(), ", ") + " WHERE "
                + matches(rows, row);
    }

    /** An update of a row that consists of its key, which changes nothing but tells whether it is there. */
    private static String touch(Rows rows, @Nullable Object[] row) {
        String key = quote(rows.columns().get(0));
        return "UPDATE " + name(rows) + " SET " + key + " = " + key + " WHERE " + matches(rows, row);
    }

    private static String matches(Rows rows, @Nullable Object[] row) {
        return equalities(rows, row, i -> i < rows.keys(), " AND ");
    }

    private static String matchesAll(Rows rows, @Nullable Object[] row) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            parts.add(quote(rows.columns().get(i)) + " IS NOT DISTINCT FROM " + Values.placeholder(row[i]));
        }
        return String.join(" AND ", parts);
    }

    private static String equalities(Rows rows, @Nullable Object[] row, IntPredicate wanted, String separator) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            if (wanted.test(i)) {
                parts.add(quote(rows.columns().get(i)) + " = " + Values.placeholder(row[i]));
            }
        }
        return String.join(separator, parts);
    }

    private static String name(Rows rows) {
        return quote(rows.schema()) + "." + quote(rows.table());
    }

    /** A delimited identifier. */
    public static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
