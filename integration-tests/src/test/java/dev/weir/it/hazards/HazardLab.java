package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.hazards.Hazard.Outcome;
import dev.weir.it.hazards.Hazard.Step;
import dev.weir.it.load.StoreContents;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases twice: on plain H2, where the committed texts are then repeated in a second database, and on a cluster under Weir, which cases share while all goes well. Each
 * case has a schema of its own. Confined to one thread.
 */
final class HazardLab implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String settings;
    private @Nullable H2EmbeddedCluster cluster;
    private int cases;

    /** @param settings of every database, each preceded by a semicolon */
    HazardLab(String settings) {
        this.settings = settings;
    }

    /** Shows that a case diverges where it is said to, and that replicas under Weir hold what their primary holds. */
    void run(Hazard hazard) throws SQLException {
        String schema = "H" + ++cases;
        Map<String, Integer> expected = plain(hazard, schema);
        boolean equal = false;
        try {
            weir(hazard, schema, expected);
            equal = true;
        } finally {
            if (!equal) {
                close();
            }
        }
    }

    // ---------------------------------------------------------------- plain H2

    /** The numbers of rows that the case leaves on the primary. */
    private Map<String, Integer> plain(Hazard hazard, String schema) throws SQLException {
        String primary = "jdbc:h2:mem:" + UUID.randomUUID() + settings;
        String copy = "jdbc:h2:mem:" + UUID.randomUUID() + settings;
        try (Connection primaryAdmin = DriverManager.getConnection(primary, "sa", "");
                Connection copyAdmin = DriverManager.getConnection(copy, "sa", "")) {
            setUp(primaryAdmin, hazard, schema);
            setUp(copyAdmin, hazard, schema);
            List<String> committed;
            try (SessionSteps steps = new SessionSteps(() -> DriverManager.getConnection(primary, "sa", ""), schema)) {
                for (Step step : hazard.steps()) {
                    if (step.outcome() == Outcome.FAILS) {
                        assertThatThrownBy(() -> steps.execute(step.session(), step.sql()))
                                .as(step.sql())
                                .isInstanceOf(SQLException.class);
                    } else if (step.outcome() != Outcome.REFUSED) {
                        steps.execute(step.session(), step.sql());
                    }
                }
                committed = steps.committed();
            }
            List<String> failures = repeat(committed, copyAdmin);
            StoreContents contents = StoreContents.of(primaryAdmin);
            List<String> differences = contents.differences(StoreContents.of(copyAdmin));
            if (hazard.diverges()) {
                assertThat(differences.size() + failures.size())
                        .as("differences after repeating the texts on plain H2")
                        .isPositive();
            } else {
                assertThat(differences).as("differences on plain H2").isEmpty();
                assertThat(failures).as("failures on plain H2").isEmpty();
            }
            return counts(contents, schema);
        }
    }

    private static List<String> repeat(List<String> texts, Connection copy) throws SQLException {
        List<String> failures = new ArrayList<>();
        try (Statement statement = copy.createStatement()) {
            for (String text : texts) {
                try {
                    statement.execute(text);
                } catch (SQLException e) {
                    failures.add(text + ": " + e.getMessage());
                }
            }
        }
        return failures;
    }

    private static void setUp(Connection connection, Hazard hazard, String schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + schema);
            statement.execute("SET SCHEMA " + schema);
            for (String sql : hazard.setup()) {
                statement.execute(sql);
            }
        }
    }

    private static Map<String, Integer> counts(StoreContents contents, String schema) {
        Map<String, Integer> counts = new TreeMap<>();
        contents.tables().forEach((table, rows) -> {
            if (table.startsWith("\"" + schema + "\".")) {
                counts.put(table, rows.size());
            }
        });
        return counts;
    }

    // ---------------------------------------------------------------- Weir

    private void weir(Hazard hazard, String schema, Map<String, Integer> expected) throws SQLException {
        H2EmbeddedCluster running = cluster();
        try (Connection admin = running.connect()) {
            setUp(admin, hazard, schema);
        }
        try (SessionSteps steps = new SessionSteps(running::connect, schema)) {
            for (Step step : hazard.steps()) {
                switch (step.outcome()) {
                    case SUCCEEDS -> steps.execute(step.session(), step.sql());
                    case FAILS ->
                        assertThatThrownBy(() -> steps.execute(step.session(), step.sql()))
                                .as(step.sql())
                                .isInstanceOf(SQLException.class);
                    case REFUSED -> assertRefused(running, steps, step, "0A000");
                    case ROLLED_BACK -> assertRefused(running, steps, step, "40001");
                }
            }
        }
        assertEqual(running);
        try (Connection primary = running.primary().open()) {
            assertThat(counts(StoreContents.of(primary), schema))
                    .as("rows that the same statements leave on plain H2")
                    .isEqualTo(expected);
        }
    }

    private static void assertRefused(H2EmbeddedCluster running, SessionSteps steps, Step step, String state)
            throws SQLException {
        StoreContents before = contents(running);
        assertThatThrownBy(() -> steps.execute(step.session(), step.sql()))
                .as(step.sql())
                .isInstanceOf(SQLException.class)
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo(state));
        assertThat(contents(running)).as("after the refusal").isEqualTo(before);
    }

    private static StoreContents contents(H2EmbeddedCluster running) throws SQLException {
        try (Connection primary = running.primary().open()) {
            return StoreContents.of(primary);
        }
    }

    /** Waits for the replicas and compares every table. */
    static void assertEqual(H2Cluster running) throws SQLException {
        Equality.awaitCaughtUp(running, PATIENCE);
        assertThat(Equality.differences(running)).as("differences under Weir").isEmpty();
    }

    /** The cluster that cases run on. */
    H2EmbeddedCluster cluster() throws SQLException {
        H2EmbeddedCluster running = cluster;
        if (running == null) {
            running = H2EmbeddedCluster.inMemory(1, settings);
            cluster = running;
        }
        return running;
    }

    @Override
    public void close() throws SQLException {
        H2EmbeddedCluster running = cluster;
        cluster = null;
        if (running != null) {
            running.close();
        }
    }
}
