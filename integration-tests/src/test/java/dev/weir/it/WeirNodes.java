package dev.weir.it;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code SHOW weir.nodes} answers on a connection. Thread-safe. */
public final class WeirNodes {
    private WeirNodes() {}

    /**
     * One row of the answer. Immutable.
     *
     * @param role {@code primary} or {@code replica}; null if the node has not answered yet
     * @param lsn -1 if it is not known
     * @param state the node's state and, if it is in trouble, its problem
     */
    public record Row(
            String name,
            String url,
            @Nullable String role,
            long lsn,
            String state,
            long inFlight,
            long reads,
            long failures) {
        public boolean isPrimary() {
            return "primary".equals(role);
        }

        public boolean isReplica() {
            return "replica".equals(role);
        }
    }

    /** Every node, in the order of the driver. */
    public static List<Row> of(Connection connection) throws SQLException {
        List<Row> nodes = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW weir.nodes")) {
            while (rows.next()) {
                long lsn = rows.getLong("lsn");
                boolean known = !rows.wasNull();
                nodes.add(new Row(
                        rows.getString("name"),
                        rows.getString("url"),
                        rows.getString("role"),
                        known ? lsn : -1,
                        rows.getString("state"),
                        rows.getLong("in_flight"),
                        rows.getLong("reads"),
                        rows.getLong("failures")));
            }
        }
        return nodes;
    }

    /** How many reads replicas have served. */
    public static long replicaReads(Connection connection) throws SQLException {
        return of(connection).stream()
                .filter(Row::isReplica)
                .mapToLong(Row::reads)
                .sum();
    }

    /** How many reads the primary has served. */
    public static long primaryReads(Connection connection) throws SQLException {
        return of(connection).stream()
                .filter(Row::isPrimary)
                .mapToLong(Row::reads)
                .sum();
    }
}
