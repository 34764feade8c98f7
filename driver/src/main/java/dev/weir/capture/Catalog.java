package dev.weir.capture;

import dev.weir.sql.TableName;
import dev.weir.sql.TableName.Identifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The primary's schema as it stood at one LSN; definitions are read when first asked for. A commit that relied on it is refused if the schema has changed
 * since. Thread-safe.
 */
final class Catalog {
    private final long schemaLsn;
    private final CatalogSettings settings;
    private final Map<QualifiedName, TableDefinition> tables = new ConcurrentHashMap<>();

    Catalog(long schemaLsn, CatalogSettings settings) {
        this.schemaLsn = schemaLsn;
        this.settings = settings;
    }

    /** The LSN of the newest schema change that it may know of. */
    long schemaLsn() {
        return schemaLsn;
    }

    CatalogSettings settings() {
        return settings;
    }

    /**
     * The definition of a table, through a synonym if need be.
     *
     * @param sessionSchema the schema that an unqualified name is looked up in, exact
     * @return null if there is none of this name in that schema
     */
    @Nullable TableDefinition table(Connection connection, TableName name, String sessionSchema) throws SQLException {
        Identifier schema = name.schema();
        return table(connection, new QualifiedName(schema == null ? sessionSchema : fold(schema), fold(name.name())));
    }

    @Nullable TableDefinition table(Connection connection, QualifiedName name) throws SQLException {
        TableDefinition known = tables.get(name);
        if (known != null) {
            return known;
        }
        TableDefinition read = new CatalogReader(connection).table(name, settings.caseInsensitive());
        if (read != null && read.kind() != TableDefinition.Kind.LOCAL) {
            // A local table is another one, or none, for the next session.
            tables.put(name, read);
        }
        return read;
    }

    /** The table that has an index; null if there is none of that name. */
    @Nullable TableDefinition tableOfIndex(Connection connection, TableName index, String sessionSchema) throws SQLException {
        Identifier schema = index.schema();
        QualifiedName name = new QualifiedName(schema == null ? sessionSchema : fold(schema), fold(index.name()));
        QualifiedName table = new CatalogReader(connection).tableOfIndex(name, settings.caseInsensitive());
        return table == null ? null : table(connection, table);
    }

    /** The exact name that the database would look for. */
    String fold(Identifier identifier) {
        if (identifier.quoted()) {
            return identifier.text();
        }
        return switch (settings.folding()) {
            case UPPER -> identifier.text().toUpperCase(Locale.ENGLISH);
            case LOWER -> identifier.text().toLowerCase(Locale.ENGLISH);
            case NONE -> identifier.text();
        };
    }

    /** Whether two column names are the same to the database. */
    boolean sameName(String exact, Identifier written) {
        return settings.caseInsensitive() ? exact.equalsIgnoreCase(written.text()) : exact.equals(fold(written));
    }
}
