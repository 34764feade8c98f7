package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Errors that a standby gives and the primary would not: the application sees none of them. */
@ExtendWith(PostgresExtension.class)
final class PostgresStandbyErrorsTest {
    @BeforeEach
    void createTable(PostgresCluster cluster) throws SQLException {
        onPrimary(cluster, "CREATE TABLE item (id int PRIMARY KEY)");
        onPrimary(cluster, "INSERT INTO item VALUES (1)");
        cluster.awaitCaughtUp();
    }

    @AfterEach
    void resetDelay(PostgresCluster cluster) throws SQLException {
        setStandbyDelay(cluster, "RESET max_standby_streaming_delay");
    }

    @Test
    void shouldRunAReadOnThePrimaryThatReplayHasCancelledOnAStandby(PostgresCluster cluster) throws Exception {
        setStandbyDelay(cluster, "SET max_standby_streaming_delay = '50ms'");
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            awaitRoute(connection, "SELECT * FROM item", "replica");
            String sql = "SELECT count(*) FROM item CROSS JOIN (SELECT pg_sleep(3)) s";
            CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> number(connection, sql));
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> running(cluster.standby1()) + running(cluster.standby2()) == 1);
            onPrimary(cluster, "INSERT INTO item VALUES (2)");
            onPrimary(cluster, "ALTER TABLE item ADD COLUMN name text");
            Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> running(cluster.primary()) == 1);

            assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(2);
        }
    }

    @Test
    void shouldRunAReadOnThePrimaryOfWhatStandbysDoNotHaveYetOrAtAll(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            awaitRoute(connection, "SELECT * FROM item", "replica");
            onPrimary(cluster, "CREATE UNLOGGED TABLE scratch AS SELECT 1 AS id");
            cluster.awaitCaughtUp();
            assertThat(number(connection, "SELECT id FROM scratch")).isEqualTo(1);

            cluster.standby1().pauseReplay();
            cluster.standby2().pauseReplay();
            onPrimary(cluster, "CREATE TABLE young AS SELECT 7 AS id");
            onPrimary(cluster, "ALTER TABLE item ADD COLUMN name text DEFAULT 'x'");
            assertThat(number(connection, "SELECT id FROM young")).isEqualTo(7);
            assertThat(number(connection, "SELECT count(name) FROM item")).isEqualTo(1);
        }
    }

    @Test
    void shouldAskTheOtherStandbyWhileThePrimaryIsAway(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(cluster) + "&weir.loadBalance=roundRobin")) {
            awaitRoute(connection, "SELECT * FROM item", "replica");
            cluster.standby1().pauseReplay();
            onPrimary(cluster, "CREATE TABLE young AS SELECT 7 AS id");
            long written = position(cluster.primary(), "pg_current_wal_insert_lsn()");
            Awaitility.await("the standby that replays")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> position(cluster.standby2(), "pg_last_wal_replay_lsn()") >= written);
            assertThat(number(connection, "/* weir: primary */ SELECT id FROM young"))
                    .isEqualTo(7);
            awaitRoute(connection, "SELECT * FROM young", "replica");
            cluster.primary().kill();
            Awaitility.await("the primary's end to be noticed")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> isRefused(connection, "INSERT INTO item VALUES (9)"));

            for (int i = 0; i < 4; i++) {
                assertThat(number(connection, "SELECT id FROM young"))
                        .as("whichever standby is asked first")
                        .isEqualTo(7);
            }
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            for (int i = 0; i < 4; i++) {
                assertThat(number(connection, "SELECT id FROM young")).isEqualTo(7);
                connection.commit();
            }
        }
    }

    private static long position(PostgresNode node, String function) throws SQLException {
        return Long.parseLong(node.query("SELECT pg_wal_lsn_diff(" + function + ", '0/0')"));
    }

    private static boolean isRefused(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return false;
        } catch (SQLException e) {
            return "08006".equals(e.getSQLState());
        }
    }

    @Test
    void shouldShowTheErrorOfThePrimaryIfItHasTheSame(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            awaitRoute(connection, "SELECT * FROM item", "replica");
            assertThatThrownBy(() -> number(connection, "SELECT * FROM nothing"))
                    .hasRootCauseInstanceOf(SQLException.class)
                    .rootCause()
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("42P01");
            awaitRoute(connection, "SELECT * FROM nothing", "replica");
        }
    }

    /** The user is wrong about the function: the standby says so (25006), and is not asked again. */
    @Test
    void shouldRunAWriteOnceThatAStandbyHasRefusedAndRememberIt(PostgresCluster cluster) throws SQLException {
        onPrimary(
                cluster,
                "CREATE FUNCTION put(x int) RETURNS int LANGUAGE sql AS 'INSERT INTO item VALUES (x) RETURNING id'");
        cluster.awaitCaughtUp();
        try (Connection connection = DriverManager.getConnection(url(cluster) + "&weir.readOnlyFunctions=put")) {
            awaitRoute(connection, "SELECT put(2)", "replica");
            assertThat(number(connection, "SELECT put(2)")).isEqualTo(2);
            awaitRoute(connection, "SELECT put(3)", "primary");
            assertThat(number(connection, "SELECT put(3)")).isEqualTo(3);
            assertThat(number(connection, "/* weir: primary */ SELECT count(*) FROM item"))
                    .isEqualTo(3);
        }
    }

    private static String url(PostgresCluster cluster) {
        return cluster.weirUrl() + "&weir.consistency=eventual&weir.maxLag=1h";
    }

    private static void setStandbyDelay(PostgresCluster cluster, String setting) throws SQLException {
        for (PostgresNode standby : List.of(cluster.standby1(), cluster.standby2())) {
            standby.execute("ALTER SYSTEM " + setting);
            standby.execute("SELECT pg_reload_conf()");
        }
    }

    private static long running(PostgresNode node) throws SQLException {
        return Long.parseLong(node.query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)%'"
                + " AND state = 'active' AND pid <> pg_backend_pid()"));
    }

    private static void onPrimary(PostgresCluster cluster, String sql) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Connection connection, String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitRoute(Connection connection, String sql, String expected) {
        Awaitility.await(sql).untilAsserted(() -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
                row.next();
                assertThat(row.getString("route")).isEqualTo(expected);
            }
        });
    }
}
