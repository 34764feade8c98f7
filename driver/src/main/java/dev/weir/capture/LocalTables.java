package dev.weir.capture;

import dev.weir.sql.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The tables that replicas do not have: temporary ones, of which a session's own is hidden by a table of the same name that others make later, and linked
 * ones. Confined to one connection.
 */
final class LocalTables {
    private static final String OWN = "SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'LOCAL TEMPORARY'";
    private static final String OTHER = "SELECT 1 FROM INFORMATION_SCHEMA.TABLES"
            + " WHERE (TABLE_TYPE = 'GLOBAL TEMPORARY' OR STORAGE_TYPE = 'TABLE LINK') AND TABLE_SCHEMA = ?";
    /** What H2 finds first, if it stands in the schema. */
    private static final String SHARED =
            "SELECT 1 FROM INFORMATION_SCHEMA.TABLES" + " WHERE TABLE_TYPE <> 'LOCAL TEMPORARY' AND TABLE_SCHEMA = ?";

    private static final String EXACT = " AND TABLE_NAME = ?";
    private static final String ANY_CASE = " AND UPPER(TABLE_NAME) = UPPER(?)";

    private final Connection connection;
    private final Catalog catalog;

    LocalTables(Connection connection, Catalog catalog) {
        this.connection = connection;
        this.catalog = catalog;
    }

    /**
     * Whether a schema change of an existing object concerns such a table.
     *
     * @throws SQLException 0A000 if that cannot be told
     */
    boolean concernedBy(SchemaChange change, String sessionSchema) throws SQLException {
        TableName table = change.table();
        if (table != null) {
            return has(table, sessionSchema);
        }
        if (change.namesOthers() && exists(OWN)) {
            throw Refusals.notReplicable("it may concern a temporary table of this session, which replicas do not have;"
                    + " drop temporary tables one at a time, and their indexes with them");
        }
        return false;
    }

    private boolean has(TableName table, String sessionSchema) throws SQLException {
        String condition = catalog.settings().caseInsensitive() ? ANY_CASE : EXACT;
        String name = catalog.fold(table.name());
        TableName.Identifier schema = table.schema();
        String where = schema == null ? sessionSchema : catalog.fold(schema);
        boolean mayBeOwn = schema == null || schema.text().equalsIgnoreCase("SESSION");
        return (mayBeOwn && exists(OWN + condition, name) && !exists(SHARED + condition, where, name))
                || exists(OTHER + condition, where, name);
    }

    private boolean exists(String query, String... names) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < names.length; i++) {
                statement.setString(i + 1, names[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
