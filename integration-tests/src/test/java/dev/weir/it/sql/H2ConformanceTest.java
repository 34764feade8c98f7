package dev.weir.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.h2.SequenceWitness;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Runs the conformance file's statements through Weir on an embedded cluster, whose replicas would take a sequence's next value
 * without a word: afterwards they hold what the primary holds, their sequences are untouched, and they have refused nothing.
 */
final class H2ConformanceTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Set<String> RUN = Set.of(
            "READ",
            "PRIMARY_READ",
            "WRITE",
            "CALL",
            "MULTIPLE",
            "SESSION",
            "EMPTY",
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT");
    private static final List<String> TABLES =
            List.of("T", "U", "V", "W", "A", "B", "C", "ORDERS", "ITEMS", "FOREST", "ITEM");

    @Test
    void shouldLeaveReplicasAsThePrimaryWhateverIsRun() throws SQLException, IOException {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(2, ";weir.consistency=eventual")) {
            createTables(cluster);
            int ran = 0;
            for (ConformanceFile.Row row : ConformanceFile.rows("h2")) {
                if (RUN.contains(row.kind()) && !row.statement().contains("SESSION(")) {
                    ran += runs(cluster, row.statement()) ? 1 : 0;
                }
            }
            Equality.awaitCaughtUp(cluster, LIMIT);

            assertThat(Equality.differences(cluster)).isEmpty();
            SequenceWitness.assertNotDrawnOnReplicas(cluster, "S");
            for (H2Store replica : cluster.replicas()) {
                assertThat(replica.number("SELECT COUNT(*) FROM INFORMATION_SCHEMA.LOCKS"))
                        .isZero();
            }
            assertThat(cluster.primary()
                            .number("SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_NAME = 'S'"))
                    .as("the statements did draw from the sequence")
                    .isGreaterThan(5);
            try (Connection connection = cluster.connect()) {
                long refused = WeirNodes.of(connection).stream()
                        .filter(WeirNodes.Row::isReplica)
                        .mapToLong(WeirNodes.Row::failures)
                        .sum();
                System.out.printf(
                        "Conformance on an H2 cluster: %d statements ran, %d reads on replicas%n",
                        ran, WeirNodes.replicaReads(connection));
                assertThat(refused).as("statements that a replica refused").isZero();
                assertThat(WeirNodes.replicaReads(connection)).isGreaterThan(80);
            }
        }
    }

    private static void createTables(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute(
                        "CREATE TABLE " + table + " (ID INT PRIMARY KEY, A INT, B VARCHAR(100), C INT, D INT, E INT,"
                                + " I INT, X INT, NAME VARCHAR(100), TOTAL INT, ORDER_ID INT, UPDATE_TIME INT, \"for\" INT,"
                                + " \"update\" INT, UPDATE INT, DELETE INT, INSERT INT, MERGE INT)");
                statement.execute("INSERT INTO " + table + " (ID, A, B) VALUES (1, 1, 'x'), (7, 7, 'y')");
            }
            statement.execute("CREATE SEQUENCE S");
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                try (ResultSet route = statement.executeQuery("EXPLAIN ROUTE SELECT * FROM T")) {
                    assertThat(route.next()).isTrue();
                    assertThat(route.getString("route")).isEqualTo("replica");
                }
            });
        }
        Equality.awaitCaughtUp(cluster, LIMIT);
    }

    /** Runs a statement on a connection of its own; false if it is refused. */
    private static boolean runs(H2EmbeddedCluster cluster, String sql) throws SQLException {
        try (Connection connection = cluster.connect()) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                if (sql.contains("?")) {
                    for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
                        statement.setNull(i, Types.INTEGER);
                    }
                }
                statement.execute();
                return true;
            } catch (SQLException refused) {
                return false;
            }
        }
    }
}
