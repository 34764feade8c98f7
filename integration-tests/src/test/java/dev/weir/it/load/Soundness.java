package dev.weir.it.load;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether an H2 store agrees with itself: H2 corrupts tables under contended inserts and deletes with rollbacks, so that the rows by
 * primary key and the rows by a secondary index differ. A store like that proves nothing about a replica of it. Thread-safe.
 */
public final class Soundness {
    private Soundness() {}

    /** The indexes of the load's tables that disagree with their table; empty for a sound store. */
    public static List<String> faults(Connection connection) throws SQLException {
        List<String> faults = new ArrayList<>();
        compare(connection, "ITEM", "ITEM_KIND", "KIND >= -1", faults);
        compare(connection, "ARCHIVE", "ARCHIVE_ITEM", "ITEM >= -1", faults);
        return faults;
    }

    private static void compare(
            Connection connection, String table, String index, String everything, List<String> faults)
            throws SQLException {
        String byKey = "SELECT ID FROM " + table + " WHERE ID >= -1 ORDER BY ID";
        String byIndex = "SELECT ID FROM " + table + " USE INDEX (" + index + ") WHERE " + everything;
        List<Long> keys = ids(connection, byKey);
        List<Long> indexed = ids(connection, byIndex);
        if (!keys.equals(indexed)) {
            faults.add(index + " has " + indexed.size() + " rows where " + table + " has " + keys.size());
        }
    }

    private static List<Long> ids(Connection connection, String sql) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        ids.sort(null);
        return ids;
    }
}
