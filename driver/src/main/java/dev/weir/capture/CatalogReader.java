package dev.weir.capture;

import dev.weir.capture.CatalogSettings.Folding;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads definitions from H2's INFORMATION_SCHEMA, which shows every user every table. Confined to one connection. */
final class CatalogReader {
    private static final String SETTINGS =
            "SELECT SETTING_NAME, SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME IN"
                    + " ('MODE', 'DATABASE_TO_UPPER', 'DATABASE_TO_LOWER', 'CASE_INSENSITIVE_IDENTIFIERS')";
    private static final String ROUTINES =
            "SELECT ROUTINE_NAME FROM INFORMATION_SCHEMA.ROUTINES WHERE UPPER(ROUTINE_SCHEMA) <> 'WEIR'";
    private static final String TRACES = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.ROUTINES"
            + " WHERE UPPER(ROUTINE_SCHEMA) = 'WEIR' AND UPPER(ROUTINE_NAME) = 'TRANSACTION_CHANGES'";
    private static final String WRITES = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.ROUTINES"
            + " WHERE UPPER(ROUTINE_SCHEMA) = 'WEIR' AND UPPER(ROUTINE_NAME) = 'WRITE'";
    private static final String SELECT_TRIGGERS =
            "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TRIGGERS WHERE EVENT_MANIPULATION LIKE '%SELECT%'";
    private static final String TABLE = "SELECT TABLE_TYPE, STORAGE_TYPE FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?";
    private static final String ANY_CASE = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE UPPER(TABLE_SCHEMA) = UPPER(?) AND UPPER(TABLE_NAME) = UPPER(?)";
    private static final String SYNONYM = "SELECT SYNONYM_FOR_SCHEMA, SYNONYM_FOR FROM INFORMATION_SCHEMA.SYNONYMS"
            + " WHERE SYNONYM_SCHEMA = ? AND SYNONYM_NAME = ?";
    private static final String INDEX = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.INDEXES"
            + " WHERE INDEX_SCHEMA = ? AND INDEX_NAME = ?";
    private static final String INDEX_IN_ANY_CASE = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.INDEXES"
            + " WHERE UPPER(INDEX_SCHEMA) = UPPER(?) AND UPPER(INDEX_NAME) = UPPER(?)";
    private static final String COLUMNS =
            "SELECT COLUMN_NAME, COLUMN_DEFAULT, IS_IDENTITY, IDENTITY_GENERATION, GENERATION_EXPRESSION,"
                    + " COLUMN_ON_UPDATE, DOMAIN_NAME, IS_VISIBLE FROM INFORMATION_SCHEMA.COLUMNS"
                    + " WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION";
    private static final String INDEX_COLUMNS =
            "SELECT I.INDEX_NAME, I.INDEX_TYPE_NAME, C.COLUMN_NAME FROM INFORMATION_SCHEMA.INDEXES I"
                    + " JOIN INFORMATION_SCHEMA.INDEX_COLUMNS C ON C.INDEX_SCHEMA = I.INDEX_SCHEMA AND C.INDEX_NAME = I.INDEX_NAME"
                    + " WHERE I.TABLE_SCHEMA = ? AND I.TABLE_NAME = ? AND C.TABLE_SCHEMA = I.TABLE_SCHEMA AND C.TABLE_NAME = I.TABLE_NAME"
                    + " ORDER BY I.INDEX_NAME, C.ORDINAL_POSITION";
    private static final String TRIGGERS = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TRIGGERS"
            + " WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND COALESCE(JAVA_CLASS, '') <> '"
            + WeirSchema.GUARD_CLASS + "'";
    private static final String REFERRERS =
            "SELECT R.CONSTRAINT_SCHEMA || '.' || R.CONSTRAINT_NAME, F.TABLE_SCHEMA, F.TABLE_NAME, R.DELETE_RULE, R.UPDATE_RULE,"
                    + " U.COLUMN_NAME FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS R"
                    + " JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS F ON F.CONSTRAINT_SCHEMA = R.CONSTRAINT_SCHEMA AND F.CONSTRAINT_NAME = R.CONSTRAINT_NAME"
                    + " JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE U ON U.CONSTRAINT_SCHEMA = R.UNIQUE_CONSTRAINT_SCHEMA"
                    + " AND U.CONSTRAINT_NAME = R.UNIQUE_CONSTRAINT_NAME"
                    + " WHERE U.TABLE_SCHEMA = ? AND U.TABLE_NAME = ? ORDER BY 1, U.ORDINAL_POSITION";

    private final Connection connection;

    CatalogReader(Connection connection) {
        this.connection = connection;
    }

    CatalogSettings settings() throws SQLException {
        Map<String, String> values = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SETTINGS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                values.put(rows.getString(1), rows.getString(2));
            }
        }
        Folding folding = Boolean.parseBoolean(values.get("DATABASE_TO_UPPER"))
                ? Folding.UPPER
                : Boolean.parseBoolean(values.get("DATABASE_TO_LOWER")) ? Folding.LOWER : Folding.NONE;
        String mode = values.get("MODE");
        return new CatalogSettings(
                folding,
                Boolean.parseBoolean(values.get("CASE_INSENSITIVE_IDENTIFIERS")),
                "REGULAR".equals(mode) ? null : mode,
                routines(),
                count(SELECT_TRIGGERS, List.of()) > 0,
                count(TRACES, List.of()) > 0,
                count(WRITES, List.of()) > 0);
    }

    private Set<String> routines() throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(ROUTINES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** The definition of a table or view; null if there is none. */
    @Nullable TableDefinition table(QualifiedName asked, boolean caseInsensitive) throws SQLException {
        QualifiedName found = caseInsensitive ? renamed(ANY_CASE, asked) : null;
        QualifiedName name = found == null ? asked : found;
        TableDefinition.Kind kind = kind(name);
        if (kind == null) {
            QualifiedName target = renamed(SYNONYM, name);
            return target == null ? null : table(target, false);
        }
        Map<String, List<String>> unique = new LinkedHashMap<>();
        List<String> key = indexes(name, unique);
        return new TableDefinition(
                name,
                kind,
                columns(name),
                key,
                unique.values().stream().flatMap(List::stream).collect(Collectors.toSet()),
                count(TRIGGERS, List.of(name.schema(), name.name())) > 0,
                referrers(name));
    }

    /** The table that has an index of that name; null if there is none. */
    @Nullable QualifiedName tableOfIndex(QualifiedName index, boolean caseInsensitive) throws SQLException {
        return renamed(caseInsensitive ? INDEX_IN_ANY_CASE : INDEX, index);
    }

    private TableDefinition.@Nullable Kind kind(QualifiedName name) throws SQLException {
        try (PreparedStatement statement = prepare(TABLE, name);
                ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            String type = rows.getString(1);
            if (type.equals("BASE TABLE")) {
                return "TABLE LINK".equals(rows.getString(2)) ? TableDefinition.Kind.LOCAL : TableDefinition.Kind.BASE;
            }
            return type.endsWith("TEMPORARY") ? TableDefinition.Kind.LOCAL : TableDefinition.Kind.VIEW;
        }
    }

    private @Nullable QualifiedName renamed(String sql, QualifiedName name) throws SQLException {
        try (PreparedStatement statement = prepare(sql, name);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? new QualifiedName(rows.getString(1), rows.getString(2)) : null;
        }
    }

    private List<ColumnDefinition> columns(QualifiedName name) throws SQLException {
        List<ColumnDefinition> columns = new ArrayList<>();
        try (PreparedStatement statement = prepare(COLUMNS, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                columns.add(new ColumnDefinition(
                        rows.getString(1),
                        rows.getString(2),
                        "YES".equals(rows.getString(3)),
                        "ALWAYS".equals(rows.getString(4)),
                        rows.getString(5),
                        rows.getString(6) != null,
                        rows.getString(7) != null,
                        rows.getBoolean(8)));
            }
        }
        return columns;
    }

    /** The primary key's columns; those of other unique indexes go into {@code unique}. */
    private List<String> indexes(QualifiedName name, Map<String, List<String>> unique) throws SQLException {
        List<String> key = new ArrayList<>();
        try (PreparedStatement statement = prepare(INDEX_COLUMNS, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String type = rows.getString(2);
                if (type.startsWith("PRIMARY KEY")) {
                    key.add(rows.getString(3));
                } else if (type.startsWith("UNIQUE")) {
                    unique.computeIfAbsent(rows.getString(1), index -> new ArrayList<>())
                            .add(rows.getString(3));
                }
            }
        }
        return key;
    }

    private List<ForeignKey> referrers(QualifiedName name) throws SQLException {
        Map<String, ForeignKey> keys = new LinkedHashMap<>();
        try (PreparedStatement statement = prepare(REFERRERS, name);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ForeignKey key = keys.get(rows.getString(1));
                if (key == null) {
                    key = foreignKey(rows);
                    keys.put(rows.getString(1), key);
                }
                key.parentColumns().add(rows.getString(6));
            }
        }
        return new ArrayList<>(keys.values());
    }

    private static ForeignKey foreignKey(ResultSet row) throws SQLException {
        return new ForeignKey(
                new QualifiedName(row.getString(2), row.getString(3)),
                new ArrayList<>(),
                changes(row.getString(4)),
                changes(row.getString(5)));
    }

    private static boolean changes(String rule) {
        return !rule.equals("RESTRICT") && !rule.equals("NO ACTION");
    }

    private long count(String sql, List<String> parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setString(i + 1, parameters.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private PreparedStatement prepare(String sql, QualifiedName name) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setString(1, name.schema());
        statement.setString(2, name.name());
        return statement;
    }
}
