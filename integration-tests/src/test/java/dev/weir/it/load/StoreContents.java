package dev.weir.it.load;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of every application table of one H2 store, each row as text, in an order of their own. Immutable.
 *
 * @param tables by schema and table name
 */
public record StoreContents(Map<String, List<String>> tables) {
    private static final String TABLES = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE TABLE_TYPE = 'BASE TABLE' AND UPPER(TABLE_SCHEMA) NOT IN ('WEIR', 'INFORMATION_SCHEMA', 'PG_CATALOG')";
    private static final int SHOWN = 5;

    /** Reads the whole store in one transaction of its own on the connection. */
    public static StoreContents of(Connection connection) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            List<String> names = new ArrayList<>();
            try (ResultSet found = statement.executeQuery(TABLES)) {
                while (found.next()) {
                    names.add("\"" + found.getString(1) + "\".\"" + found.getString(2) + "\"");
                }
            }
            for (String name : names) {
                tables.put(name, rows(statement, "SELECT * FROM " + name));
            }
        }
        return new StoreContents(Collections.unmodifiableMap(tables));
    }

    private static List<String> rows(Statement statement, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(sql)) {
            ResultSetMetaData columns = found.getMetaData();
            while (found.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.append(i == 1 ? "" : ", ")
                            .append(columns.getColumnName(i))
                            .append('=')
                            .append(
                                    columns.getColumnTypeName(i).startsWith("ENUM")
                                            ? ordinal(found, i)
                                            : text(found, columns.getColumnType(i), i));
                }
                rows.add(row.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static @Nullable String text(ResultSet row, int type, int column) throws SQLException {
        return switch (type) {
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB, Types.JAVA_OBJECT ->
                hex(row.getBytes(column));
            default -> row.getString(column);
        };
    }

    /** H2 shows a value of an enumeration without its name after it has undone, at its opening, what a crash had left open. */
    private static @Nullable String ordinal(ResultSet row, int column) throws SQLException {
        int ordinal = row.getInt(column);
        return row.wasNull() ? null : Integer.toString(ordinal);
    }

    private static @Nullable String hex(byte @Nullable [] bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes);
    }

    /** How the other store differs from this one, table by table; empty if it does not. */
    public List<String> differences(StoreContents other) {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, List<String>> table : tables.entrySet()) {
            List<String> theirs = other.tables.get(table.getKey());
            if (theirs == null) {
                differences.add("table " + table.getKey() + " is missing");
            } else if (!theirs.equals(table.getValue())) {
                differences.add("table " + table.getKey() + ": missing " + without(table.getValue(), theirs)
                        + ", surplus " + without(theirs, table.getValue()));
            }
        }
        other.tables.keySet().stream()
                .filter(name -> !tables.containsKey(name))
                .forEach(name -> differences.add("table " + name + " is surplus"));
        return differences;
    }

    private static String without(List<String> rows, List<String> others) {
        List<String> rest = new ArrayList<>(rows);
        others.forEach(rest::remove);
        return rest.size() + " rows " + rest.subList(0, Math.min(SHOWN, rest.size()));
    }
}
