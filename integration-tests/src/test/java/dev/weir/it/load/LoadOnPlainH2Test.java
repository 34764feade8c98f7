package dev.weir.it.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The load itself on one H2 store without Weir: what it must never find there, so that finding it elsewhere means something. */
final class LoadOnPlainH2Test {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void shouldMeetNoLockAndMissNothingWhenWritersHaveRowsOfTheirOwn() throws Exception {
        LoadSettings settings = new LoadSettings(7, 8, 2, 60, false, PATIENCE);
        String url = "jdbc:h2:mem:disjoint;DB_CLOSE_DELAY=-1";
        try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
            LoadTables.create(connection, settings.writers());
            try (Load load = Load.start(settings, () -> DriverManager.getConnection(url, "sa", ""))) {
                Tally tally = load.await();
                assertThat(tally.unexpected()).isEmpty();
                assertThat(tally.losses())
                        .as("lost connections, first %s", tally.firstLoss())
                        .isZero();
                assertThat(tally.conflicts()).isEmpty();
                assertThat(tally.misses()).isEmpty();
                assertThat(commits(connection)).isEqualTo(acknowledged(load.acknowledged()));
            }
            assertThat(Soundness.faults(connection)).isEmpty();
        }
    }

    @Test
    void shouldMeetConflictsWhenWritersContend() throws Exception {
        String url = "jdbc:h2:mem:contended;DB_CLOSE_DELAY=-1";
        try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
            LoadTables.create(connection, 8);
            LoadSettings settings = new LoadSettings(7, 8, 2, 150, true, PATIENCE);
            try (Load load = Load.start(settings, () -> DriverManager.getConnection(url, "sa", ""))) {
                Tally tally = load.await();
                assertThat(tally.unexpected()).isEmpty();
                assertThat(tally.conflicts()).isNotEmpty();
            }
        }
    }

    @Test
    void shouldShowDifferencesWhenOneStoreLacksARow() throws Exception {
        try (Connection one = DriverManager.getConnection("jdbc:h2:mem:one", "sa", "");
                Connection other = DriverManager.getConnection("jdbc:h2:mem:other", "sa", "")) {
            LoadTables.create(one, 2);
            LoadTables.create(other, 2);
            try (Statement statement = other.createStatement()) {
                statement.execute("DELETE FROM MARK WHERE WRITER = 1");
            }
            List<String> differences = StoreContents.of(one).differences(StoreContents.of(other));
            assertThat(differences).anyMatch(line -> line.contains("MARK") && line.contains("missing 1 rows"));
        }
    }

    static List<Long> acknowledged(Acknowledged acknowledged) {
        List<Long> commits = new ArrayList<>();
        for (int writer = 0; writer < acknowledged.writers(); writer++) {
            commits.add(acknowledged.commits(writer));
        }
        return commits;
    }

    static List<Long> commits(Connection connection) throws SQLException {
        List<Long> commits = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COMMITS FROM MARK ORDER BY WRITER")) {
            while (rows.next()) {
                commits.add(rows.getLong(1));
            }
        }
        return commits;
    }
}
