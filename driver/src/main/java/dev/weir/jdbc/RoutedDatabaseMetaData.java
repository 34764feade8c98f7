package dev.weir.jdbc;

import dev.weir.forward.ForwardingDatabaseMetaData;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.NullUnmarked;

/**
 * The target's metadata, asked on the primary so that it is never older than the session's own schema changes; only the driver's name and
 * version and the URL are Weir's. Confined to one connection.
 */
@NullUnmarked // JDBC's arguments and results may be null nearly everywhere, and are passed on
final class RoutedDatabaseMetaData implements ForwardingDatabaseMetaData {
    private final RoutedConnection connection;
    private final Connection shown;

    /**
     * The metadata of a connection.
     *
     * @param shown what the application knows as the connection: itself, or a handle of it
     */
    RoutedDatabaseMetaData(RoutedConnection connection, Connection shown) {
        this.connection = connection;
        this.shown = shown;
    }

    @Override
    public DatabaseMetaData delegate() throws SQLException {
        return connection.delegateForFacts().connection().getMetaData();
    }

    private static ResultSet routed(ResultSet result) {
        return result == null ? null : new RoutedResultSet(result, null);
    }

    @Override
    public Connection getConnection() {
        return shown;
    }

    /** The URL that the connection was opened with, without credentials. */
    @Override
    public String getURL() {
        return connection.database().url();
    }

    @Override
    public String getDriverName() {
        return connection.database().driverName();
    }

    @Override
    public String getDriverVersion() {
        return connection.database().driverVersion();
    }

    @Override
    public int getDriverMajorVersion() {
        return connection.database().driverVersionPart(0);
    }

    @Override
    public int getDriverMinorVersion() {
        return connection.database().driverVersionPart(1);
    }

    @Override
    public ResultSet getProcedures(String catalog, String schema, String name) throws SQLException {
        return routed(delegate().getProcedures(catalog, schema, name));
    }

    @Override
    public ResultSet getProcedureColumns(String catalog, String schema, String name, String column)
            throws SQLException {
        return routed(delegate().getProcedureColumns(catalog, schema, name, column));
    }

    @Override
    public ResultSet getTables(String catalog, String schema, String name, String[] types) throws SQLException {
        return routed(delegate().getTables(catalog, schema, name, types));
    }

    @Override
    public ResultSet getSchemas() throws SQLException {
        return routed(delegate().getSchemas());
    }

    @Override
    public ResultSet getSchemas(String catalog, String schema) throws SQLException {
        return routed(delegate().getSchemas(catalog, schema));
    }

    @Override
    public ResultSet getCatalogs() throws SQLException {
        return routed(delegate().getCatalogs());
    }

    @Override
    public ResultSet getTableTypes() throws SQLException {
        return routed(delegate().getTableTypes());
    }

    @Override
    public ResultSet getColumns(String catalog, String schema, String table, String column) throws SQLException {
        return routed(delegate().getColumns(catalog, schema, table, column));
    }

    @Override
    public ResultSet getColumnPrivileges(String catalog, String schema, String table, String column)
            throws SQLException {
        return routed(delegate().getColumnPrivileges(catalog, schema, table, column));
    }

    @Override
    public ResultSet getTablePrivileges(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getTablePrivileges(catalog, schema, table));
    }

    @Override
    public ResultSet getBestRowIdentifier(String catalog, String schema, String table, int scope, boolean nullable)
            throws SQLException {
        return routed(delegate().getBestRowIdentifier(catalog, schema, table, scope, nullable));
    }

    @Override
    public ResultSet getVersionColumns(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getVersionColumns(catalog, schema, table));
    }

    @Override
    public ResultSet getPrimaryKeys(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getPrimaryKeys(catalog, schema, table));
    }

    @Override
    public ResultSet getImportedKeys(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getImportedKeys(catalog, schema, table));
    }

    @Override
    public ResultSet getExportedKeys(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getExportedKeys(catalog, schema, table));
    }

    @Override
    public ResultSet getCrossReference(
            String parentCatalog,
            String parentSchema,
            String parentTable,
            String foreignCatalog,
            String foreignSchema,
            String foreignTable)
            throws SQLException {
        return routed(delegate()
                .getCrossReference(
                        parentCatalog, parentSchema, parentTable, foreignCatalog, foreignSchema, foreignTable));
    }

    @Override
    public ResultSet getTypeInfo() throws SQLException {
        return routed(delegate().getTypeInfo());
    }

    @Override
    public ResultSet getIndexInfo(String catalog, String schema, String table, boolean unique, boolean approximate)
            throws SQLException {
        return routed(delegate().getIndexInfo(catalog, schema, table, unique, approximate));
    }

    @Override
    public ResultSet getUDTs(String catalog, String schema, String name, int[] types) throws SQLException {
        return routed(delegate().getUDTs(catalog, schema, name, types));
    }

    @Override
    public ResultSet getSuperTypes(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getSuperTypes(catalog, schema, table));
    }

    @Override
    public ResultSet getSuperTables(String catalog, String schema, String table) throws SQLException {
        return routed(delegate().getSuperTables(catalog, schema, table));
    }

    @Override
    public ResultSet getAttributes(String catalog, String schema, String type, String attribute) throws SQLException {
        return routed(delegate().getAttributes(catalog, schema, type, attribute));
    }

    @Override
    public ResultSet getClientInfoProperties() throws SQLException {
        return routed(delegate().getClientInfoProperties());
    }

    @Override
    public ResultSet getFunctions(String catalog, String schema, String name) throws SQLException {
        return routed(delegate().getFunctions(catalog, schema, name));
    }

    @Override
    public ResultSet getFunctionColumns(String catalog, String schema, String name, String column) throws SQLException {
        return routed(delegate().getFunctionColumns(catalog, schema, name, column));
    }

    @Override
    public ResultSet getPseudoColumns(String catalog, String schema, String table, String column) throws SQLException {
        return routed(delegate().getPseudoColumns(catalog, schema, table, column));
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || delegate().isWrapperFor(type);
    }
}
