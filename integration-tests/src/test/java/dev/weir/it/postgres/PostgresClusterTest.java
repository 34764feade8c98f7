package dev.weir.it.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The test cluster itself: what it promises to the tests that use it. */
@ExtendWith(PostgresExtension.class)
final class PostgresClusterTest {
    @Test
    void shouldStreamToBothStandbysWhenPrimaryCommits(PostgresCluster cluster) throws SQLException {
        write(cluster, "CREATE TABLE item (id int PRIMARY KEY)", "INSERT INTO item VALUES (1)");
        cluster.awaitCaughtUp();
        assertThat(count(cluster.standby1())).isEqualTo(1);
        assertThat(count(cluster.standby2())).isEqualTo(1);
    }

    @Test
    void shouldRefuseWritesOnStandbyAndSuperuserRightsToApplication(PostgresCluster cluster) throws SQLException {
        try (Connection connection = cluster.standby1().connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("CREATE TABLE item (id int)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("25006"));
        }
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("CREATE ROLE other"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refused -> assertThat(refused.getSQLState()).isEqualTo("42501"));
        }
    }

    @Test
    void shouldHoldBackCommitsWhenReplayIsPausedOrDelayed(PostgresCluster cluster) throws SQLException {
        write(cluster, "CREATE TABLE item (id int PRIMARY KEY)");
        cluster.awaitCaughtUp();
        cluster.standby1().pauseReplay();
        cluster.standby2().delayReplay(Duration.ofMillis(600));
        long committed = System.nanoTime();
        write(cluster, "INSERT INTO item VALUES (1)");
        assertThat(count(cluster.standby2())).isZero();
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> count(cluster.standby2()) == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - committed)).isGreaterThan(Duration.ofMillis(500));
        assertThat(count(cluster.standby1())).isZero();
        cluster.standby1().resumeReplay();
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> count(cluster.standby1()) == 1);
    }

    @Test
    void shouldKeepDataAndPortWhenNodesAreStoppedKilledAndRestarted(PostgresCluster cluster) throws SQLException {
        write(cluster, "CREATE TABLE item (id int PRIMARY KEY)", "INSERT INTO item VALUES (1)");
        cluster.standby1().kill();
        cluster.standby2().stop();
        assertThatThrownBy(() -> count(cluster.standby1())).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> count(cluster.standby2())).isInstanceOf(SQLException.class);
        write(cluster, "INSERT INTO item VALUES (2)");
        cluster.primary().kill();
        assertThatThrownBy(() -> count(cluster.primary())).isInstanceOf(SQLException.class);
        cluster.nodes().forEach(PostgresNode::start);
        cluster.awaitCaughtUp();
        for (PostgresNode node : cluster.nodes()) {
            assertThat(count(node)).as(node.name()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotAnswerUntilThawedWhenFrozen(PostgresCluster cluster) throws SQLException {
        cluster.standby1().freeze();
        assertThatThrownBy(() -> DriverManager.getConnection(
                        cluster.standby1().url() + "?loginTimeout=1", PostgresCluster.USER, PostgresCluster.PASSWORD))
                .isInstanceOf(SQLException.class);
        cluster.standby1().thaw();
        try (Connection connection = cluster.standby1().connect()) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void shouldTakeWritesWhenStandbyIsPromoted(PostgresCluster cluster) throws SQLException {
        cluster.standby1().promote();
        assertThat(cluster.hasItsRoles()).isFalse();
        try (Connection connection = cluster.standby1().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int)");
        }
    }

    private static void write(PostgresCluster cluster, String... statements) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int count(PostgresNode node) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM item")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
