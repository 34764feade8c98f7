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
        long seed = Long.getLong("weir.seed", new Random().nextLong());
        Tally tally = run(cluster, "", seed, STATEMENTS);
        System.out.printf(
                "Generated on PostgreSQL: seed %d, %d statements, %d sent to standbys, of which %d are valid%n",
                seed, STATEMENTS, tally.sent, tally.ran);

        assertThat(tally.complaints).as("seed %d", seed).isEmpty();
        assertThat(tally.ran)
                .as("plain reads that the standby ran, seed %d", seed)
                .isGreaterThan(STATEMENTS / 10);
        assertThat(STATEMENTS - tally.sent).as("others, seed %d", seed).isGreaterThan(STATEMENTS / 10);
    }

    /** A function that the user wrongly vouches for is the fault that this test must be able to see. */
    @Test
    void shouldSeeAnEffectWhenThereIsOne(PostgresCluster cluster) throws SQLException {
        Tally tally = run(cluster, "&weir.readOnlyFunctions=lock_it,nextval", 1, 2_000);

        assertThat(tally.complaints).anyMatch(complaint -> complaint.contains(" locks, "));
    }

    private static final class Tally {
        private final List<String> complaints = new ArrayList<>();
        private int sent;
        private int ran;
    }

    private static Tally run(PostgresCluster cluster, String settings, long seed, int count) throws SQLException {
        HiddenEffects.create(cluster);
        PostgresStatements statements = new PostgresStatements(new Random(seed));
        Tally tally = new Tally();
        try (Connection weir =
                        DriverManager.getConnection(cluster.weirUrl() + "&weir.consistency=eventual" + settings);
                PostgresOracle oracle = new PostgresOracle(cluster)) {
            Awaitility.await()
                    .until(() -> isSentToAStandby(weir, "SELECT * FROM plain_view")
                            && !isSentToAStandby(weir, "SELECT * FROM lock_view"));
            for (int i = 0; i < count && tally.complaints.size() < 20; i++) {
                String sql = statements.next();
                if (isSentToAStandby(weir, sql)) {
                    tally.sent++;
                    PostgresOracle.Finding finding = oracle.judge(sql);
                    tally.ran += finding.ran() ? 1 : 0;
                    if (finding.complaint() != null) {
                        tally.complaints.add(sql + "\n  " + finding.complaint());
                    }
                }
            }
        }
        return tally;
    }

    private static boolean isSentToAStandby(Connection weir, String sql) throws SQLException {
        try (Statement statement = weir.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            row.next();
            return "replica".equals(row.getString("route"));
        }
    }
}
