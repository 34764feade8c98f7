package dev.weir.it.corpus;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a store's catalog says of everything that a schema change can make, but for what only the primary has: triggers, temporary and linked tables, rights to write. Immutable.
 *
 * @param lines by kind of object
 */
record Definitions(Map<String, List<String>> lines) {
    /** Of tables that replicas have. */
    private static final String SHARED =
            " AND (TABLE_SCHEMA, TABLE_NAME) IN (SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
                    + " WHERE TABLE_TYPE IN ('BASE TABLE', 'VIEW') AND COALESCE(STORAGE_TYPE, '') <> 'TABLE LINK')";

    private static final Map<String, String> QUERIES = Map.ofEntries(
            query("schemata", "SCHEMA_NAME", "SCHEMA_NAME, REMARKS", ""),
            query("tables", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, STORAGE_TYPE, REMARKS", SHARED),
            query(
                    "columns",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE,"
                            + " CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, INTERVAL_TYPE,"
                            + " INTERVAL_PRECISION, DOMAIN_NAME, IS_IDENTITY, IDENTITY_GENERATION, IDENTITY_INCREMENT, IDENTITY_CYCLE,"
                            + " GENERATION_EXPRESSION, COLUMN_ON_UPDATE, IS_VISIBLE, DEFAULT_ON_NULL, REMARKS",
                    SHARED),
            query(
                    "indexes",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, INDEX_TYPE_NAME, IS_GENERATED, REMARKS",
                    SHARED),
            query(
                    "index_columns",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, ORDERING_SPECIFICATION, IS_UNIQUE",
                    SHARED),
            query("table_constraints", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_TYPE, REMARKS", SHARED),
            query("check_constraints", "CONSTRAINT_SCHEMA", "CONSTRAINT_SCHEMA, CHECK_CLAUSE", ""),
            query("views", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION, REMARKS", ""),
            query(
                    "domains",
                    "DOMAIN_SCHEMA",
                    "DOMAIN_SCHEMA, DOMAIN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DOMAIN_DEFAULT,"
                            + " DOMAIN_ON_UPDATE, REMARKS",
                    ""),
            query(
                    "enum_values",
                    "OBJECT_SCHEMA",
                    "OBJECT_SCHEMA, OBJECT_NAME, OBJECT_TYPE, VALUE_NAME, VALUE_ORDINAL",
                    " AND OBJECT_TYPE <> 'TABLE'"),
            query(
                    "sequences",
                    "SEQUENCE_SCHEMA",
                    "SEQUENCE_SCHEMA, SEQUENCE_NAME, DATA_TYPE, MINIMUM_VALUE, MAXIMUM_VALUE, INCREMENT, CYCLE_OPTION, CACHE, REMARKS",
                    ""),
            query(
                    "synonyms",
                    "SYNONYM_SCHEMA",
                    "SYNONYM_SCHEMA, SYNONYM_NAME, SYNONYM_FOR_SCHEMA, SYNONYM_FOR, REMARKS",
                    ""),
            query("constants", "CONSTANT_SCHEMA", "CONSTANT_SCHEMA, CONSTANT_NAME, VALUE_DEFINITION, REMARKS", ""),
            query(
                    "routines",
                    "ROUTINE_SCHEMA",
                    "ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, REMARKS",
                    ""),
            Map.entry(
                    "settings",
                    "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME IN ('MODE', 'COLLATION',"
                            + " 'IGNORECASE', 'DATABASE_TO_UPPER', 'DATABASE_TO_LOWER') AND SETTING_VALUE <> '0'"));

    private static Map.Entry<String, String> query(String kind, String schema, String columns, String condition) {
        return Map.entry(
                kind,
                "SELECT " + columns + " FROM INFORMATION_SCHEMA." + kind.toUpperCase(Locale.ROOT) + " WHERE UPPER("
                        + schema + ") NOT IN ('WEIR', 'INFORMATION_SCHEMA', 'PG_CATALOG')" + condition);
    }

    static Definitions of(Connection connection) throws SQLException {
        Map<String, List<String>> lines = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            for (Map.Entry<String, String> query : QUERIES.entrySet()) {
                lines.put(query.getKey(), lines(statement, query.getValue()));
            }
        }
        return new Definitions(lines);
    }

    private static List<String> lines(Statement statement, String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder line = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    line.append(i == 1 ? "" : "|").append(rows.getString(i));
                }
                lines.add(line.toString());
            }
        }
        Collections.sort(lines);
        return lines;
    }

    /** How the other store differs from this one; empty if it does not. */
    List<String> differences(Definitions other) {
        List<String> differences = new ArrayList<>();
        lines.forEach((kind, mine) -> {
            List<String> theirs = other.lines.getOrDefault(kind, List.of());
            if (!mine.equals(theirs)) {
                differences.add(kind + ": missing " + without(mine, theirs) + ", surplus " + without(theirs, mine));
            }
        });
        return differences;
    }

    private static List<String> without(List<String> lines, List<String> others) {
        List<String> rest = new ArrayList<>(lines);
        others.forEach(rest::remove);
        return rest;
    }
}
