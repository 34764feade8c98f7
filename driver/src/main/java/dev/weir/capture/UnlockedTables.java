package dev.weir.capture;

import dev.weir.sql.TableName;
import dev.weir.sql.TableName.Identifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tables from which a schema change takes something without a lock of H2's: that of a dropped index, those of a dropped schema. A transaction that has changed them keeps what would undo that, which H2 fails to
 * write once the index or table is gone. Thread-safe.
 */
final class UnlockedTables {
    private static final Pattern DROP_SCHEMA = Pattern.compile(
            "DROP\\s+SCHEMA\\s+(?:IF\\s+EXISTS\\s+)?(?:\"((?:[^\"]|\"\")+)\"|([A-Z_]\\w*))\\s*(?:CASCADE|RESTRICT)?[\\s;]*",
            Pattern.CASE_INSENSITIVE);

    private static final String TABLES = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE TABLE_TYPE = 'BASE TABLE' AND STORAGE_TYPE <> 'TABLE LINK'"
            + " AND TABLE_SCHEMA NOT IN ('WEIR', 'INFORMATION_SCHEMA')";

    private UnlockedTables() {}

    static List<QualifiedName> of(
            SchemaChange change, String sql, String sessionSchema, Catalog catalog, Connection physical)
            throws SQLException {
        TableName index = change.droppedIndex();
        if (index != null) {
            TableDefinition table = catalog.tableOfIndex(physical, index, sessionSchema);
            return table == null || table.kind() != TableDefinition.Kind.BASE ? List.of() : List.of(table.name());
        }
        String text = SqlText.fromFirstWord(SqlText.withoutComments(sql));
        if (!SqlText.firstWord(text).equals("DROP") || !SqlText.secondWord(text).equals("SCHEMA")) {
            return List.of();
        }
        return ofSchema(schemaOf(text, catalog), physical);
    }

    /** The dropped schema; null if it cannot be told. */
    private static @Nullable String schemaOf(String text, Catalog catalog) {
        Matcher drop = DROP_SCHEMA.matcher(text);
        if (!drop.matches()) {
            return null;
        }
        String quoted = drop.group(1);
        return quoted == null ? catalog.fold(new Identifier(drop.group(2), false)) : quoted.replace("\"\"", "\"");
    }

    /** @param schema null for those of all schemas */
    private static List<QualifiedName> ofSchema(@Nullable String schema, Connection physical) throws SQLException {
        List<QualifiedName> tables = new ArrayList<>();
        try (PreparedStatement statement = physical.prepareStatement(TABLES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String found = rows.getString(1);
                if (schema == null || found.equalsIgnoreCase(schema)) {
                    tables.add(new QualifiedName(found, rows.getString(2)));
                }
            }
        }
        return tables;
    }
}
