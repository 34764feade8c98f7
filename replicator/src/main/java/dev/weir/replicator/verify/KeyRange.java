package dev.weir.replicator.verify;

import dev.weir.log.ReplaySql;
import dev.weir.log.Values;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table behind one primary key, and up to another. Immutable.
 *
 * @param after null for the table's beginning
 * @param to null for its end
 */
record KeyRange(
        List<String> key,
        @Nullable List<@Nullable Object> after,
        @Nullable List<@Nullable Object> to) {
    /** The condition, beginning with WHERE; empty if it is the whole table. */
    String condition() {
        List<String> parts = new ArrayList<>();
        if (after != null) {
            parts.add(compare(">", false));
        }
        if (to != null) {
            parts.add(compare("<", true));
        }
        return parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts);
    }

    /** Column by column, with a bound on the first that an index can serve. */
    private String compare(String operator, boolean inclusive) {
        String first = ReplaySql.quote(key.get(0));
        int last = key.size() - 1;
        String text = ReplaySql.quote(key.get(last)) + " " + operator + (inclusive ? "= ?" : " ?");
        for (int i = last - 1; i >= 0; i--) {
            String column = ReplaySql.quote(key.get(i));
            text = "(" + column + " " + operator + " ? OR (" + column + " = ? AND " + text + "))";
        }
        return last == 0 ? text : first + " " + operator + "= ? AND " + text;
    }

    void bind(PreparedStatement statement) throws SQLException {
        int index = bind(statement, 1, after);
        bind(statement, index, to);
    }

    private int bind(PreparedStatement statement, int from, @Nullable List<@Nullable Object> bound)
            throws SQLException {
        int index = from;
        if (bound == null) {
            return index;
        }
        int last = key.size() - 1;
        if (last > 0) {
            index = Values.bind(statement, index, bound.get(0));
        }
        for (int i = 0; i < last; i++) {
            index = Values.bind(statement, index, bound.get(i));
            index = Values.bind(statement, index, bound.get(i));
        }
        return Values.bind(statement, index, bound.get(last));
    }
}
