package dev.weir.replicator.source;

import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * What a store says about itself in WEIR.NODE. Immutable.
 *
 * @param cluster the same for a primary and all its replicas
 * @param role {@code primary} or {@code replica}
 * @param format the version of tables and log encoding
 */
public record NodeRow(UUID cluster, String name, String role, int format) {
    /**
     * Reads the row.
     *
     * @throws SQLException 08001 if the store belongs to no cluster
     */
    public static NodeRow read(Connection connection) throws SQLException {
        if (WeirSchema.isNode(connection)) {
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("SELECT CLUSTER, NAME, ROLE, FORMAT FROM WEIR.NODE WHERE ID = 1")) {
                if (row.next()) {
                    return new NodeRow(row.getObject(1, UUID.class), row.getString(2), row.getString(3), row.getInt(4));
                }
            }
        }
        throw new SQLException(
                "The database is not a Weir cluster: it has no WEIR.NODE row. Open it with \"weir-replicator primary\" first",
                "08001");
    }

    /**
     * Refuses a store of another version.
     *
     * @throws SQLException 08001 naming both versions
     */
    public void requireFormat(StoreUrl url) throws SQLException {
        if (format != WeirSchema.FORMAT) {
            throw new SQLException(
                    "Store " + url + " has log format " + format + ", this version of Weir reads format "
                            + WeirSchema.FORMAT + "; use a matching version",
                    "08001");
        }
    }
}
