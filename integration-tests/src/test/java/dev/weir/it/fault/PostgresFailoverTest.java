package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.WeirNodes;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A standby is promoted, the old primary lives on or comes back, and some of what it had is lost. */
@ExtendWith(PostgresExtension.class)
final class PostgresFailoverTest {
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);

    /** What a loaded machine may add. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private static Connection connect(PostgresCluster cluster, String settings) throws SQLException {
        return DriverManager.getConnection(cluster.weirUrl() + "&weir.sessionScope=connection" + settings);
    }

    @Test
    void shouldFollowAPromotionAndLetNothingCommitOnTheOldPrimary(PostgresCluster cluster) throws Exception {
        PostgresNode old = cluster.primary();
        PostgresNode promoted = cluster.standby1();
        // The cluster is shared, and other tests' connections to it may live on for a while.
        String others = old.query("SELECT string_agg(pid::text, ',') FROM pg_stat_activity");
        try (Connection connection = connect(cluster, "");
                Connection open = connect(cluster, "");
                Connection idle = connect(cluster, "")) {
            execute(connection, "CREATE TABLE item (id int PRIMARY KEY)");
            execute(idle, "INSERT INTO item VALUES (1)");
            open.setAutoCommit(false);
            execute(open, "INSERT INTO item VALUES (2)");
            awaitReplicas(connection, 2);
            awaitKept(idle, cluster);

            String serving = old.query("SELECT coalesce(string_agg(pid::text, ','), '0') FROM pg_stat_activity"
                    + " WHERE application_name = 'PostgreSQL JDBC Driver' AND usename = 'app' AND pid NOT IN (" + others
                    + ")");
            CompletableFuture<Long> inRecovery = CompletableFuture.supplyAsync(() -> lastMomentInRecovery(promoted));
            CompletableFuture<Void> promotion = CompletableFuture.runAsync(() -> promote(promoted));
            Awaitility.await("the driver to find the new primary")
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> isPrimary(connection, promoted));
            long found = System.nanoTime();
            promotion.join();
            Duration took = Duration.ofNanos(found - inRecovery.join());
            System.out.println("A promotion was found " + took.toMillis() + " ms after the last answer from recovery");
            assertThat(took).isLessThan(PROBE_INTERVAL.multipliedBy(2).plus(SLACK));

            assertThatThrownBy(open::commit)
                    .hasMessageContaining("Nothing of it was committed")
                    .isInstanceOf(SQLTransactionRollbackException.class);
            assertThat(old.query("SELECT pg_is_in_recovery()")).isEqualTo("f");
            assertThat(number(old, "SELECT count(*) FROM item WHERE id = 2")).isZero();
            Awaitility.await("the end of the connections that served the application on the old primary")
                    .untilAsserted(
                            () -> assertThat(old.query("SELECT coalesce(string_agg(application_name, ','), 'none')"
                                            + " FROM pg_stat_activity WHERE pid IN (" + serving + ")"))
                                    .isEqualTo("none"));

            execute(idle, "INSERT INTO item VALUES (3)");
            execute(open, "INSERT INTO item VALUES (4)");
            open.commit();
            assertThat(number(promoted, "SELECT count(*) FROM item")).isEqualTo(3);
            assertThat(number(old, "SELECT count(*) FROM item")).isEqualTo(1);
        }
        try (Connection fresh = DriverManager.getConnection(
                PostgresCluster.weirUrl(old, promoted, cluster.standby2()) + "&weir.poolSize=3")) {
            assertThat(isPrimary(fresh, promoted))
                    .as("found though both answer")
                    .isTrue();
            assertThat(state(fresh, old)).contains("fenced");
        }
    }

    @Test
    void shouldSayWhichSessionsLostWritesAndRefuseTheOldPrimaryWhenItIsBack(PostgresCluster cluster) throws Exception {
        PostgresNode old = cluster.primary();
        PostgresNode promoted = cluster.standby1();
        try (Connection before = connect(cluster, "");
                Connection lost = connect(cluster, "");
                Connection careless = connect(cluster, "&weir.onLostWrites=reset");
                Connection eventual = connect(cluster, "&weir.consistency=eventual");
                Connection other = connect(cluster, "")) {
            execute(before, "CREATE TABLE item (id int PRIMARY KEY)");
            execute(before, "INSERT INTO item VALUES (1)");
            String keptToken = before.getClientInfo("weir.token");
            awaitReplicas(before, 2);
            awaitKept(before, cluster);

            cluster.standby1().kill();
            cluster.standby2().kill();
            execute(lost, "INSERT INTO item VALUES (2)");
            execute(careless, "INSERT INTO item VALUES (3)");
            execute(eventual, "INSERT INTO item VALUES (4)");
            String lostToken = lost.getClientInfo("weir.token");
            old.kill();
            cluster.standby1().start();
            cluster.standby2().start();
            Awaitility.await("the old primary's end to be noticed")
                    .until(() -> !state(before, old).equals("up"));
            promote(promoted);
            Awaitility.await("the new primary").until(() -> isPrimary(before, promoted));

            assertThat(count(before))
                    .as("what was replicated before is no loss")
                    .isEqualTo(1);
            assertThatThrownBy(() -> count(lost))
                    .isInstanceOf(SQLTransactionRollbackException.class)
                    .hasMessageContaining("may be lost")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("40001"));
            assertThat(count(lost)).as("said once").isEqualTo(1);
            assertThat(count(careless)).isEqualTo(1);
            assertThat(count(eventual)).isEqualTo(1);

            assertThatThrownBy(() -> other.setClientInfo("weir.token", lostToken))
                    .isInstanceOf(SQLClientInfoException.class)
                    .hasMessageContaining("names position")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("40001"));
            assertThatThrownBy(() -> execute(other, "/* weir: after=" + lostToken + " */ SELECT count(*) FROM item"))
                    .hasMessageContaining("names position");
            assertThatCode(() -> other.setClientInfo("weir.token", keptToken)).doesNotThrowAnyException();
            try (Connection superuser = DriverManager.getConnection(cluster.weirUrl()
                    .replaceFirst("user=.*", "user=postgres&password=super-secret&weir.sessionScope=connection"))) {
                assertThatCode(() -> superuser.setClientInfo("weir.token", keptToken))
                        .doesNotThrowAnyException();
                assertThatThrownBy(() -> superuser.setClientInfo("weir.token", lostToken))
                        .hasMessageContaining("names position");
            }
            assertThat(count(other)).isEqualTo(1);
            assertThatCode(() -> careless.setClientInfo("weir.token", lostToken))
                    .doesNotThrowAnyException();

            old.start();
            Awaitility.await("the old primary to be refused")
                    .until(() -> state(before, old).contains("epoch 1"));
            execute(before, "INSERT INTO item VALUES (5)");
            eventual.setClientInfo("weir.consistency", "session");
            assertThatThrownBy(() -> count(eventual))
                    .as("a session that relies on nothing is told when it begins to")
                    .isInstanceOf(SQLTransactionRollbackException.class);
            for (Connection each : List.of(before, lost, careless, eventual, other)) {
                each.setClientInfo("weir.consistency", "strong");
                assertThat(count(each)).isEqualTo(2);
            }
            assertThat(number(old, "SELECT count(*) FROM item"))
                    .as("rows of the rogue")
                    .isEqualTo(4);
        }
    }

    private static void promote(PostgresNode node) {
        try {
            node.promote();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks a node without pause until it is no more in recovery; when it was asked the last time that it still was. */
    private static long lastMomentInRecovery(PostgresNode node) {
        try (Connection direct = node.connect();
                Statement statement = direct.createStatement()) {
            long last = System.nanoTime();
            while (true) {
                long asked = System.nanoTime();
                try (ResultSet row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        return last;
                    }
                }
                last = asked;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WeirNodes.Row row(Connection connection, PostgresNode node) throws SQLException {
        return WeirNodes.of(connection).stream()
                .filter(row -> row.url().contains(node.address()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isPrimary(Connection connection, PostgresNode node) throws SQLException {
        WeirNodes.Row row = row(connection, node);
        return row.isPrimary() && row.state().equals("up");
    }

    private static String state(Connection connection, PostgresNode node) throws SQLException {
        return row(connection, node).state();
    }

    /**
     * Waits until probes have shown where the primary stood after what was written before, and that every standby has got there: a session is told of a loss unless the driver knows that its writes are on the standby
     * which is promoted.
     */
    private static void awaitKept(Connection connection, PostgresCluster cluster) throws SQLException {
        Awaitility.await("a standby that is known to have the session's writes")
                .atMost(Duration.ofSeconds(60))
                .until(() -> routeOf(connection, "SELECT count(*) FROM item").equals("replica"));
        long written = number(cluster.primary(), "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')");
        for (PostgresNode standby : List.of(cluster.standby1(), cluster.standby2())) {
            Awaitility.await("a probe of " + standby + " that finds the writes")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> row(connection, standby).lsn() >= written);
        }
        // What was seen in the last rounds before a promotion counts as doubtful.
        long began = System.nanoTime();
        Awaitility.await("some rounds of probes")
                .until(() -> System.nanoTime() - began
                        > PROBE_INTERVAL.multipliedBy(10).toNanos());
        awaitReplicas(connection, 2);
    }

    private static String routeOf(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            row.next();
            return row.getString("route");
        }
    }

    private static void awaitReplicas(Connection connection, int count) {
        Awaitility.await("replicas in rotation")
                .until(() -> WeirNodes.of(connection).stream()
                                .filter(node -> node.isReplica() && node.state().equals("up"))
                                .count()
                        == count);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM item")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static long number(PostgresNode node, String sql) throws SQLException {
        try (Connection direct = node.connectAsSuperuser();
                Statement statement = direct.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
