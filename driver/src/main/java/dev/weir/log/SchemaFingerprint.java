package dev.weir.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A hash of everything in an H2 schema that a schema change may change, schema WEIR left out: equal before and after means that the change did not run, or had nothing to do. Unlike SCRIPT it does not commit.
 * Thread-safe: holds nothing.
 */
public final class SchemaFingerprint {
    private static final String OURS = "UPPER(%s) NOT IN ('WEIR', 'INFORMATION_SCHEMA')";

    /** What is read of each catalog table, and the column that holds the schema. Values that change by themselves are left out. */
    private static final List<String> QUERIES = List.of(
            query("SCHEMATA", "SCHEMA_NAME", "SCHEMA_NAME, REMARKS"),
            query("TABLES", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, STORAGE_TYPE, REMARKS"),
            query(
                    "COLUMNS",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE,"
                            + " CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, INTERVAL_TYPE,"
                            + " INTERVAL_PRECISION, DOMAIN_NAME, IS_IDENTITY, IDENTITY_GENERATION, IDENTITY_INCREMENT,"
                            + " GENERATION_EXPRESSION, COLUMN_ON_UPDATE, IS_VISIBLE, DEFAULT_ON_NULL, GEOMETRY_TYPE, GEOMETRY_SRID,"
                            + " REMARKS"),
            query("INDEXES", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, INDEX_TYPE_NAME, REMARKS"),
            query(
                    "INDEX_COLUMNS",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, ORDINAL_POSITION, ORDERING_SPECIFICATION"),
            query(
                    "TABLE_CONSTRAINTS",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, CONSTRAINT_TYPE, REMARKS"),
            query(
                    "KEY_COLUMN_USAGE",
                    "TABLE_SCHEMA",
                    "TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_SCHEMA, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION"),
            query(
                    "REFERENTIAL_CONSTRAINTS",
                    "CONSTRAINT_SCHEMA",
                    "CONSTRAINT_SCHEMA, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE"),
            query("CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "CONSTRAINT_SCHEMA, CONSTRAINT_NAME, CHECK_CLAUSE"),
            query("VIEWS", "TABLE_SCHEMA", "TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION"),
            query(
                    "SEQUENCES",
                    "SEQUENCE_SCHEMA",
                    "SEQUENCE_SCHEMA, SEQUENCE_NAME, DATA_TYPE, START_VALUE, MINIMUM_VALUE, MAXIMUM_VALUE, INCREMENT, CYCLE_OPTION,"
                            + " CACHE"),
            query(
                    "DOMAINS",
                    "DOMAIN_SCHEMA",
                    "DOMAIN_SCHEMA, DOMAIN_NAME, DATA_TYPE, DOMAIN_DEFAULT, DOMAIN_ON_UPDATE"),
            query("CONSTANTS", "CONSTANT_SCHEMA", "CONSTANT_SCHEMA, CONSTANT_NAME, VALUE_DEFINITION"),
            query("SYNONYMS", "SYNONYM_SCHEMA", "SYNONYM_SCHEMA, SYNONYM_NAME, SYNONYM_FOR_SCHEMA, SYNONYM_FOR"),
            query("ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_DEFINITION, EXTERNAL_NAME"));

    private SchemaFingerprint() {}

    private static String query(String table, String schemaColumn, String columns) {
        return "SELECT " + columns + " FROM INFORMATION_SCHEMA." + table + " WHERE " + OURS.formatted(schemaColumn);
    }

    /** The fingerprint as the connection's transaction sees the schema: 64 hexadecimal digits. */
    public static String of(Connection connection) throws SQLException {
        MessageDigest digest = sha256();
        try (Statement statement = connection.createStatement()) {
            for (String query : QUERIES) {
                digest.update(lines(statement, query).getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String lines(Statement statement, String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder line = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    line.append(rows.getString(i)).append('\u0001');
                }
                lines.add(line.append('\n').toString());
            }
        }
        lines.sort(null);
        return query + String.join("", lines);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
