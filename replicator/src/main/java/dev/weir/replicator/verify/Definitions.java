package dev.weir.replicator.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What two stores' catalogs say besides tables and their columns, as far as a reader of all tables may see it. Pure. */
final class Definitions {
    private static final String NOT_OURS = " NOT IN ('INFORMATION_SCHEMA', 'WEIR', 'PG_CATALOG')";

    private record Catalog(String what, String query) {}

    private static final List<Catalog> CATALOGS = List.of(
            new Catalog(
                    "view",
                    "SELECT TABLE_SCHEMA || '.' || TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'VIEW' AND UPPER(TABLE_SCHEMA)"
                            + NOT_OURS),
            new Catalog(
                    "index column",
                    "SELECT C.TABLE_SCHEMA || '.' || C.TABLE_NAME || ' ' || C.INDEX_NAME || ' ' || C.ORDINAL_POSITION || ' ' || C.COLUMN_NAME"
                            + " FROM INFORMATION_SCHEMA.INDEX_COLUMNS C JOIN INFORMATION_SCHEMA.INDEXES I"
                            + " ON I.INDEX_SCHEMA = C.INDEX_SCHEMA AND I.INDEX_NAME = C.INDEX_NAME"
                            // Those of constraints are named by H2 and follow from the constraint.
                            + " WHERE NOT I.IS_GENERATED AND UPPER(C.TABLE_SCHEMA)" + NOT_OURS),
            new Catalog(
                    "constraint",
                    "SELECT TABLE_SCHEMA || '.' || TABLE_NAME || ' ' || CONSTRAINT_NAME || ' ' || CONSTRAINT_TYPE FROM"
                            + " INFORMATION_SCHEMA.TABLE_CONSTRAINTS WHERE UPPER(TABLE_SCHEMA)" + NOT_OURS),
            new Catalog(
                    "sequence",
                    "SELECT SEQUENCE_SCHEMA || '.' || SEQUENCE_NAME || ' ' || DATA_TYPE || ' ' || INCREMENT || ' ' || MINIMUM_VALUE"
                            + " || ' ' || MAXIMUM_VALUE || ' ' || CYCLE_OPTION FROM INFORMATION_SCHEMA.SEQUENCES WHERE UPPER(SEQUENCE_SCHEMA)"
                            + NOT_OURS));

    private Definitions() {}

    static List<String> differences(Connection primary, Connection replica) throws SQLException {
        List<String> differences = new ArrayList<>();
        for (Catalog catalog : CATALOGS) {
            Set<String> missing = lines(primary, catalog.query);
            Set<String> more = lines(replica, catalog.query);
            Set<String> common = new TreeSet<>(missing);
            common.retainAll(more);
            missing.removeAll(common);
            more.removeAll(common);
            missing.forEach(line -> differences.add(catalog.what + " is missing: " + line));
            more.forEach(line -> differences.add(catalog.what + " is not on the primary: " + line));
        }
        return differences;
    }

    private static Set<String> lines(Connection connection, String query) throws SQLException {
        Set<String> lines = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                lines.add(String.valueOf(rows.getString(1)));
            }
        }
        return lines;
    }
}
