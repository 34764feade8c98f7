package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.HiddenEffects;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Objects of the database's own, of which a statement's text does not tell what they do. An advisory lock is what a standby grants
 * without a word and the primary knows nothing of.
 */
@ExtendWith(PostgresExtension.class)
final class PostgresCatalogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final List<String> ON_THE_PRIMARY = List.of(
            "SELECT * FROM lock_view",
            "SELECT * FROM outer_view o JOIN item i ON i.id = o.m",
            "TABLE lock_view",
            "SELECT lock_it(1)",
            "SELECT liar(2) FROM item",
            "SELECT dynamic(1)",
            "SELECT through(1)",
            "SELECT defaulted()",
            "SELECT undeclared(1)",
            "SELECT lower(1)",
            "SELECT public.lower(1)",
            "SELECT sum_locked(id) FROM item",
            "SELECT id +! 2 FROM item",
            "SELECT id OPERATOR(public.+!) 2 FROM item",
            "SELECT id::locked FROM item",
            "SELECT CAST(id AS public.locked) FROM item",
            "SELECT p || 'x' FROM pairs",
            "SELECT pairs.pair_text FROM (SELECT p.*, p FROM pairs p) pairs",
            "SELECT * FROM guarded",
            "SELECT * FROM scratch",
            "SELECT * FROM part",
            "SELECT last_value FROM ticket");

    private static final List<String> ON_A_STANDBY = List.of(
            "SELECT * FROM item",
            "SELECT * FROM plain_view",
            "SELECT honest(5) FROM item",
            "SELECT app.doubled(id) FROM item",
            "SELECT doubled(id) FROM item",
            "SELECT pg_catalog.lower(name), upper(name) FROM item",
            "SELECT sum_plain(id) FROM item",
            "SELECT id::positive FROM item",
            "SELECT * FROM tenant",
            "SELECT id + 2, id - 1 FROM item");

    private static String url(PostgresCluster cluster) {
        return cluster.weirUrl() + "&weir.consistency=eventual";
    }

    @Test
    void shouldSendWhatHidesAnEffectToThePrimaryAndWhatOnlyReadsToAStandby(PostgresCluster cluster)
            throws SQLException {
        HiddenEffects.create(cluster);
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            awaitRoute(connection, "SELECT * FROM item", "replica");
            for (String sql : ON_A_STANDBY) {
                assertThat(route(connection, sql)).as(sql).isEqualTo("replica");
                execute(connection, sql);
            }
            for (String sql : ON_THE_PRIMARY) {
                assertThat(route(connection, sql)).as(sql).isEqualTo("primary");
                runOrFail(connection, sql);
            }
            assertThat(advisoryLocks(cluster.standby1()) + advisoryLocks(cluster.standby2()))
                    .isZero();
            assertThat(advisoryLocks(cluster.primary()))
                    .as("the locks are real")
                    .isPositive();
        }
    }

    /** The schema is dropped and made again between two tests of one cluster, under the same URL. */
    @Test
    void shouldNoticeAtOnceWhatTheApplicationItselfHasChanged(PostgresCluster cluster) throws SQLException {
        HiddenEffects.create(cluster);
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            for (int round = 0; round < 3; round++) {
                execute(connection, "CREATE OR REPLACE VIEW changing AS SELECT 1 AS id");
                awaitRoute(connection, "SELECT * FROM changing", "replica");
                connection.setAutoCommit(false);
                execute(connection, "CREATE OR REPLACE VIEW changing AS SELECT 1 AS id WHERE pg_try_advisory_lock(7)");
                connection.commit();
                connection.setAutoCommit(true);
                for (int i = 0; i < 50; i++) {
                    execute(connection, "SELECT * FROM changing");
                }
                assertThat(route(connection, "SELECT * FROM changing")).isEqualTo("primary");
                execute(connection, "SELECT pg_advisory_unlock_all()");
            }
            assertThat(advisoryLocks(cluster.standby1()) + advisoryLocks(cluster.standby2()))
                    .isZero();
        }
    }

    @Test
    void shouldNoticeBeforeLongWhatOthersHaveChanged(PostgresCluster cluster) throws SQLException {
        HiddenEffects.create(cluster);
        try (Connection connection = DriverManager.getConnection(url(cluster));
                Connection other = cluster.primary().connectAsSuperuser()) {
            execute(other, "CREATE VIEW changing AS SELECT 1 AS id");
            awaitRoute(connection, "SELECT * FROM changing", "replica");
            execute(other, "CREATE OR REPLACE VIEW changing AS SELECT 1 AS id WHERE pg_try_advisory_lock(7)");
            awaitRoute(connection, "SELECT * FROM changing", "primary");
            execute(
                    other,
                    "CREATE OR REPLACE FUNCTION honest(x int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'");
            awaitRoute(connection, "SELECT honest(1)", "primary");
            execute(other, "ALTER TABLE item SET UNLOGGED");
            awaitRoute(connection, "SELECT * FROM item", "primary");
        }
    }

    @Test
    void shouldLetTheUserVouchForAFunction(PostgresCluster cluster) throws SQLException {
        HiddenEffects.create(cluster);
        try (Connection connection =
                DriverManager.getConnection(url(cluster) + "&weir.readOnlyFunctions=undeclared,public.lower")) {
            awaitRoute(connection, "SELECT undeclared(1) FROM item", "replica");
            assertThat(route(connection, "SELECT public.undeclared(1) FROM item"))
                    .isEqualTo("primary");
            assertThat(route(connection, "SELECT public.lower(1) FROM item")).isEqualTo("replica");
        }
    }

    /** Common extensions bring overloads of built-in functions, operators and casts, none of which has effects. */
    @Test
    void shouldReadWithExtensionsOnAStandby(PostgresCluster cluster) throws SQLException {
        try (Connection superuser = cluster.primary().connectAsSuperuser()) {
            for (String name : List.of(
                    "citext", "pg_trgm", "hstore", "unaccent", "ltree", "intarray", "\"uuid-ossp\"", "tablefunc")) {
                execute(superuser, "CREATE EXTENSION " + name);
            }
            execute(superuser, "CREATE TABLE word (id int, w citext, h hstore, p ltree)");
            execute(superuser, "GRANT ALL ON word TO app");
        }
        cluster.awaitCaughtUp();
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            for (String sql : List.of(
                    "SELECT w FROM word WHERE w = 'x' ORDER BY w",
                    "SELECT replace(w, 'a', 'b'), split_part('a.b', '.', 1), max(w), max(id) FROM word GROUP BY w",
                    "SELECT * FROM word WHERE w % 'abc' AND similarity(w, 'abc') > 0.3 AND id % 2 = 0",
                    "SELECT h -> 'a', h ?? 'b', h || 'a=>1' FROM word",
                    "SELECT unaccent('x'), uuid_generate_v4(), sort(ARRAY[2, 1]), nlevel(p) FROM word")) {
                awaitRoute(connection, sql, "replica");
                execute(connection, sql);
            }
            assertThat(route(connection, "SELECT * FROM crosstab('SELECT 1, 2, 3') AS c(a int, b int)"))
                    .isEqualTo("primary");
        }
    }

    private static void awaitRoute(Connection connection, String sql, String expected) {
        Awaitility.await(sql)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(route(connection, sql)).isEqualTo(expected));
    }

    private static String route(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            row.next();
            return row.getString("route");
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Some of the statements are wrong in themselves; what matters is where they were tried. */
    private static void runOrFail(Connection connection, String sql) {
        try {
            execute(connection, sql);
        } catch (SQLException refused) {
            assertThat(refused.getSQLState()).as(sql).isNotEqualTo("25006");
        }
    }

    private static long advisoryLocks(PostgresNode node) throws SQLException {
        return Long.parseLong(node.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
    }
}
