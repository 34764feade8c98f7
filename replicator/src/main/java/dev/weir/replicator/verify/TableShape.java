package dev.weir.replicator.verify;

import dev.weir.log.ReplaySql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One table as it stands in a store. Immutable.
 *
 * @param columns all of them, in order
 * @param types what each is, in words that are equal in equal tables
 * @param written those that are not computed
 * @param key the primary key's, in its order; none if there is no primary key
 */
record TableShape(
        String schema, String table, List<String> columns, List<String> types, List<String> written, List<String> key) {
    private static final String COLUMNS =
            "SELECT C.TABLE_SCHEMA, C.TABLE_NAME, C.COLUMN_NAME, C.DATA_TYPE || COALESCE('(' || C.CHARACTER_MAXIMUM_LENGTH || ')', '')"
                    + " || COALESCE('(' || C.NUMERIC_PRECISION || ',' || C.NUMERIC_SCALE || ')', '')"
                    + " || COALESCE('(' || C.DATETIME_PRECISION || ')', '') || CASE C.IS_NULLABLE WHEN 'NO' THEN ' NOT NULL' ELSE '' END,"
                    + " C.IS_GENERATED = 'NEVER' FROM INFORMATION_SCHEMA.COLUMNS C JOIN INFORMATION_SCHEMA.TABLES T"
                    + " ON T.TABLE_SCHEMA = C.TABLE_SCHEMA AND T.TABLE_NAME = C.TABLE_NAME WHERE T.TABLE_TYPE = 'BASE TABLE'"
                    + " AND UPPER(T.TABLE_SCHEMA) NOT IN ('INFORMATION_SCHEMA', 'WEIR')"
                    + " ORDER BY C.TABLE_SCHEMA, C.TABLE_NAME, C.ORDINAL_POSITION";
    private static final String KEYS = "SELECT K.TABLE_SCHEMA, K.TABLE_NAME, K.COLUMN_NAME"
            + " FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS C JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE K"
            + " ON K.CONSTRAINT_SCHEMA = C.CONSTRAINT_SCHEMA AND K.CONSTRAINT_NAME = C.CONSTRAINT_NAME"
            + " WHERE C.CONSTRAINT_TYPE = 'PRIMARY KEY' ORDER BY K.TABLE_SCHEMA, K.TABLE_NAME, K.ORDINAL_POSITION";

    /** All tables of a store but Weir's own, by name. */
    static Map<String, TableShape> all(Connection connection) throws SQLException {
        Map<String, TableShape> shapes = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(COLUMNS)) {
                while (rows.next()) {
                    TableShape shape = of(shapes, rows);
                    shape.columns.add(rows.getString(3));
                    shape.types.add(rows.getString(4));
                    if (rows.getBoolean(5)) {
                        shape.written.add(rows.getString(3));
                    }
                }
            }
            try (ResultSet rows = statement.executeQuery(KEYS)) {
                while (rows.next()) {
                    if (shapes.containsKey(nameOf(rows))) {
                        of(shapes, rows).key.add(rows.getString(3));
                    }
                }
            }
        }
        return shapes;
    }

    private static TableShape of(Map<String, TableShape> shapes, ResultSet row) throws SQLException {
        String schema = row.getString(1);
        String table = row.getString(2);
        return shapes.computeIfAbsent(
                nameOf(row),
                name -> new TableShape(
                        schema, table, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
    }

    private static String nameOf(ResultSet row) throws SQLException {
        return ReplaySql.quote(row.getString(1)) + "." + ReplaySql.quote(row.getString(2));
    }

    String name() {
        return ReplaySql.quote(schema) + "." + ReplaySql.quote(table);
    }

    /** Whether the primary key can be written by Weir: none of its columns is computed. */
    boolean isMendable() {
        Set<String> computed = new HashSet<>(columns);
        computed.removeAll(written);
        return !key.isEmpty() && key.stream().noneMatch(computed::contains);
    }

    static String list(List<String> columns) {
        return columns.stream().map(ReplaySql::quote).collect(Collectors.joining(", "));
    }
}
