package dev.weir.it.corpus;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a statement gave, in a form that can be compared. Immutable. */
sealed interface Outcome {
    /** An update count. */
    record Count(long count) implements Outcome {}

    /**
     * Rows, in no order, as texts.
     *
     * @param columns labels and types
     */
    record Rows(List<String> columns, List<String> rows) implements Outcome {}

    /** H2's error code, or Weir's. */
    record Failure(int code, String state, String message) implements Outcome {}

    static Outcome of(SQLException e) {
        return new Failure(e.getErrorCode(), String.valueOf(e.getSQLState()), String.valueOf(e.getMessage()));
    }

    static Outcome of(ResultSet result) throws SQLException {
        ResultSetMetaData columns = result.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnLabel(i) + " " + columns.getColumnTypeName(i));
        }
        List<String> rows = new ArrayList<>();
        while (result.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 1; i <= names.size(); i++) {
                row.append(i == 1 ? "" : "|").append(text(result, columns.getColumnType(i), i));
            }
            rows.add(row.toString());
        }
        Collections.sort(rows);
        return new Rows(names, rows);
    }

    private static @Nullable String text(ResultSet row, int type, int column) throws SQLException {
        return switch (type) {
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB, Types.JAVA_OBJECT ->
                hex(row.getBytes(column));
            default -> row.getString(column);
        };
    }

    private static @Nullable String hex(byte @Nullable [] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }

    /** Whether it is as the same statement's on another database, as far as can be said of one that gives something else each time. */
    default boolean isLike(Outcome other) {
        if (this instanceof Rows mine && other instanceof Rows theirs) {
            return mine.columns().equals(theirs.columns())
                    && mine.rows().size() == theirs.rows().size();
        }
        return this instanceof Count && other instanceof Count;
    }

    default boolean isSame(Outcome other) {
        if (this instanceof Failure mine && other instanceof Failure theirs) {
            return mine.code() == theirs.code() && mine.state().equals(theirs.state());
        }
        return equals(other);
    }
}
