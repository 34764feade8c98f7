package dev.weir.replicator.cli;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code SHOW weir.nodes}. Immutable.
 *
 * @param lagEntries null if unknown
 * @param lagMillis null if unknown
 */
record DemoNode(
        String name,
        String url,
        String role,
        long lsn,
        @Nullable Long lagEntries,
        @Nullable Long lagMillis,
        String state,
        long reads) {
    static List<DemoNode> ask(Connection connection) throws SQLException {
        List<DemoNode> nodes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW weir.nodes")) {
            while (row.next()) {
                nodes.add(new DemoNode(
                        row.getString("name"),
                        row.getString("url"),
                        String.valueOf(row.getString("role")),
                        row.getLong("lsn"),
                        number(row, "lag_entries"),
                        number(row, "lag_ms"),
                        String.valueOf(row.getString("state")),
                        row.getLong("reads")));
            }
        }
        return nodes;
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        if (row.wasNull()) {
            return null;
        }
        return value;
    }

    boolean isReplica() {
        return role.equals("replica");
    }
}
