package dev.weir.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Holds the conformance file against PostgreSQL: what it calls a plain read runs on a standby as on the primary. The tables exist three
 * times, with columns of other types, so that most statements are valid in one of them.
 */
@ExtendWith(PostgresExtension.class)
final class PostgresConformanceTest {
    private static final List<String> TYPES = List.of("int", "text", "jsonb", "int[]", "timestamptz", "boolean");
    private static final List<String> COLUMNS = List.of(
            "id",
            "a",
            "b",
            "c",
            "d",
            "e",
            "g",
            "x",
            "i",
            "name",
            "total",
            "order_id",
            "update_time",
            "update",
            "delete",
            "insert",
            "merge");
    private static final List<String> TABLES =
            List.of("t", "u", "v", "w", "orders", "items", "forest", "a", "b", "c", "item");

    private static void createTables(PostgresCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            for (int n = 0; n < TYPES.size(); n++) {
                statement.execute("CREATE SCHEMA v" + n);
                for (String table : TABLES) {
                    List<String> columns = new ArrayList<>();
                    for (String column : COLUMNS) {
                        boolean key = column.equals("id") || column.endsWith("_id") || column.equals("i");
                        columns.add(column + " " + (key ? "int" : TYPES.get(n)));
                    }
                    columns.add("\"for\" int");
                    columns.add("\"a; DELETE FROM t\" int");
                    statement.execute("CREATE TABLE v" + n + "." + table + " (" + String.join(", ", columns) + ")");
                    statement.execute("INSERT INTO v" + n + "." + table + " (id) VALUES (1), (2)");
                }
                statement.execute("CREATE SEQUENCE v" + n + ".s");
            }
        }
        cluster.awaitCaughtUp();
    }

    @Test
    void shouldRunEveryPlainReadOnAStandbyAsOnThePrimary(PostgresCluster cluster) throws SQLException, IOException {
        createTables(cluster);
        List<ConformanceFile.Row> reads = ConformanceFile.rows("postgresql").stream()
                .filter(ConformanceFile.Row::isRead)
                .toList();
        List<String> complaints = new ArrayList<>();
        List<String> neverRan = new ArrayList<>();
        try (PostgresOracle oracle = new PostgresOracle(cluster)) {
            for (ConformanceFile.Row row : reads) {
                boolean ran = false;
                for (int n = 0; n < TYPES.size(); n++) {
                    oracle.use("v" + n);
                    PostgresOracle.Finding finding = oracle.judge(row.statement());
                    ran |= finding.ran();
                    if (finding.complaint() != null) {
                        complaints.add(row.statement() + ": " + finding.complaint());
                    }
                }
                if (!ran) {
                    neverRan.add(row.statement());
                }
            }
        } finally {
            drop(cluster);
        }
        System.out.printf(
                "Conformance on PostgreSQL: %d plain reads, of which the servers refused %d as wrong:%n",
                reads.size(), neverRan.size());
        neverRan.forEach(sql -> System.out.println("  " + sql.replace('\n', ' ')));

        assertThat(complaints).isEmpty();
        assertThat(neverRan).as("plain reads that no server takes").hasSizeLessThan(reads.size() / 4);
    }

    private static void drop(PostgresCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            for (int n = 0; n < TYPES.size(); n++) {
                statement.execute("DROP SCHEMA v" + n + " CASCADE");
            }
        }
    }
}
