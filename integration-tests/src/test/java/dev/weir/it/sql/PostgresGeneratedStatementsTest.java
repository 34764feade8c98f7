package dev.weir.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.HiddenEffects;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random statements: whatever Weir would send to a standby is run there and on the primary. {@code -Dweir.statements=100000} runs so many,
 * {@code -Dweir.seed=N} repeats a run.
 */
@ExtendWith(PostgresExtension.class)
final class PostgresGeneratedStatementsTest {
    private static final int STATEMENTS = Integer.getInteger("weir.statements", 5_000);

    @Test
    void shouldSendNothingToAStandbyThatDoesMoreThanRead(PostgresCluster cluster) throws SQLException {
        HiddenEffects.create(cluster);
        long seed = Long.getLong("weir.seed", new Random().nextLong());
        PostgresStatements statements = new PostgresStatements(new Random(seed));
        List<String> complaints = new ArrayList<>();
        int sent = 0;
        int ran = 0;
        try (Connection weir = DriverManager.getConnection(cluster.weirUrl() + "&weir.consistency=eventual");
                PostgresOracle oracle = new PostgresOracle(cluster)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> isSentToAStandby(weir, "SELECT * FROM plain_view")
                            && !isSentToAStandby(weir, "SELECT * FROM lock_view"));
            for (int i = 0; i < STATEMENTS && complaints.size() < 20; i++) {
                String sql = statements.next();
                if (isSentToAStandby(weir, sql)) {
                    sent++;
                    PostgresOracle.Finding finding = oracle.judge(sql);
                    ran += finding.ran() ? 1 : 0;
                    if (finding.complaint() != null) {
                        complaints.add(sql + "\n  " + finding.complaint());
                    }
                }
            }
        }
        System.out.printf(
                "Generated on PostgreSQL: seed %d, %d statements, %d sent to standbys, of which %d are valid%n",
                seed, STATEMENTS, sent, ran);

        assertThat(complaints).as("seed %d", seed).isEmpty();
        assertThat(ran).as("plain reads that the standby ran, seed %d", seed).isGreaterThan(STATEMENTS / 10);
        assertThat(STATEMENTS - sent).as("others, seed %d", seed).isGreaterThan(STATEMENTS / 10);
    }

    private static boolean isSentToAStandby(Connection weir, String sql) throws SQLException {
        try (Statement statement = weir.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            row.next();
            return "replica".equals(row.getString("route"));
        }
    }
}
