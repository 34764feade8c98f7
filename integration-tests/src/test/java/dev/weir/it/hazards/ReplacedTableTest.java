package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.Seeds;
import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A statement that H2 has begun when a copying ALTER replaces its table writes into what is closed, which H2 tells in the words for a closed database.
 * {@code -Dweir.rounds=300} replaces the table that often while others write to it.
 */
final class ReplacedTableTest {
    private static final int WRITERS = 3;
    /** Each changes three rows. */
    private static final List<String> UPDATES = List.of(
            "UPDATE T %s SET N = N + 1 WHERE N >= 0",
            "INSERT INTO T %s (ID, N) VALUES (10, 0), (11, 0), (12, 0)",
            "DELETE FROM T %s WHERE ID >= 10",
            "MERGE INTO T %s (ID, N) KEY(ID) VALUES (1, 0), (2, 0), (3, 0)");

    private static final List<String> IN_TRANSACTION = List.of(
            "UPDATE T %s SET N = N + 1 WHERE ID = 1",
            "UPDATE T %s SET N = N + 1 WHERE N >= 0", "DELETE FROM T %s WHERE N >= 0", "SELECT * FROM T %s FOR UPDATE");
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private interface Run<T> {
        T on(Connection connection) throws SQLException;
    }

    @Test
    void shouldRepeatStatementOrRollBackTransactionWhenEmbedded() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1)) {
            check(cluster, UPDATES.size());
        }
    }

    @Test
    void shouldRepeatStatementOrRollBackTransactionOverTcp() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.startWith(1, HeldStatements.class)) {
            check(cluster, 1);
        }
    }

    private static void check(H2Cluster cluster, int most) throws Exception {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE T(ID INT PRIMARY KEY, N BIGINT NOT NULL)");
            execute(connection, "CREATE TABLE U(ID INT PRIMARY KEY)");
            execute(connection, "INSERT INTO T SELECT X, 0 FROM SYSTEM_RANGE(1, 3)");
        }
        holdStatements(cluster, true);
        shouldRepeatWhatIsAlone(cluster, most);
        shouldRollBackTransaction(cluster, most);
        holdStatements(cluster, false);
        shouldCountEachUpdateOnce(cluster);
        assertThat(failures(cluster)).as("failures of the primary").isZero();
        HazardLab.assertEqual(cluster);
    }

    private static void shouldRepeatWhatIsAlone(H2Cluster cluster, int most) throws Exception {
        try (Connection connection = cluster.connect()) {
            assertThat(whileReplaced(cluster, connection, point("UPDATE T %s SET N = N + 1 WHERE ID = ?", 1)))
                    .isEqualTo(1);
            assertThat(whileReplaced(cluster, connection, ReplacedTableTest::batch))
                    .isEqualTo(3);
            assertThat(sum(connection)).isEqualTo(4);
            for (String sql : UPDATES.subList(0, most)) {
                assertThat(whileReplaced(cluster, connection, plain(sql)))
                        .as(sql)
                        .isEqualTo(3);
            }
        }
    }

    private static void shouldRollBackTransaction(H2Cluster cluster, int most) throws Exception {
        try (Connection connection = cluster.connect()) {
            connection.setAutoCommit(false);
            for (String sql : IN_TRANSACTION.subList(0, most)) {
                long before = sum(connection);
                connection.commit();
                execute(connection, "INSERT INTO U VALUES (1)");
                assertThatThrownBy(() -> whileReplaced(cluster, connection, plain(sql)))
                        .as(sql)
                        .isInstanceOf(SQLTransactionRollbackException.class)
                        .hasMessageContaining("repeat")
                        .extracting("SQLState")
                        .isEqualTo("40001");
                connection.rollback();
                assertThat(number(connection, "SELECT COUNT(*) FROM U")).as(sql).isZero();
                assertThat(sum(connection)).as(sql).isEqualTo(before);
                connection.rollback();
            }
        }
    }

    private static void shouldCountEachUpdateOnce(H2Cluster cluster) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Connection connection = cluster.connect()) {
            execute(connection, "UPDATE T SET N = 0");
            List<Future<Integer>> writers = new ArrayList<>();
            for (int i = 1; i <= WRITERS; i++) {
                int id = i;
                writers.add(threads.submit(() -> countUp(cluster, id, done)));
            }
            Future<Integer> reader = threads.submit(() -> readOnReplicas(cluster, done));
            for (int round = Seeds.rounds(1); round > 0; round--) {
                execute(connection, "ALTER TABLE T ADD COLUMN R" + round + " INT");
                execute(connection, "ALTER TABLE T DROP COLUMN R" + round);
            }
            done.set(true);
            long updates = 0;
            for (Future<Integer> writer : writers) {
                updates += writer.get(1, TimeUnit.MINUTES);
            }
            assertThat(sum(connection)).isEqualTo(updates);
            assertThat(reader.get(1, TimeUnit.MINUTES)).isPositive();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    /** None may fail; what it sees of a table that is replaced as it begins is H2's to say, which may be no row (README, limits). */
    private static int readOnReplicas(H2Cluster cluster, AtomicBoolean done) throws SQLException {
        int reads = 0;
        try (Connection connection = cluster.connect();
                PreparedStatement count = connection.prepareStatement("SELECT COUNT(*) FROM T WHERE ID <= 3")) {
            connection.setClientInfo("weir.consistency", "eventual");
            do {
                try (ResultSet rows = count.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                }
                reads++;
            } while (!done.get());
        }
        return reads;
    }

    private static int countUp(H2Cluster cluster, int id, AtomicBoolean done) throws SQLException {
        int updates = 0;
        try (Connection connection = cluster.connect();
                PreparedStatement update = connection.prepareStatement(
                        id == 1
                                ? "UPDATE T SET N = N + 1 WHERE ID = ?"
                                : "UPDATE T SET N = N + 1 WHERE ID = ? AND N >= 0")) {
            update.setInt(1, id);
            while (!done.get()) {
                assertThat(update.executeUpdate()).isEqualTo(1);
                updates++;
            }
        }
        return updates;
    }

    /** Runs a statement that has begun and not locked its table yet when the table is replaced. */
    private static long whileReplaced(H2Cluster cluster, Connection connection, Run<Long> held) throws SQLException {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        int number = NUMBERS.get() + 1;
        try (Connection changes = cluster.connect()) {
            Future<Long> result = thread.submit(() -> held.on(connection));
            Awaitility.await("held " + number)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> result.isDone() || isHeld(cluster, number));
            execute(changes, "ALTER TABLE T ADD COLUMN C" + number + " INT");
            return result.get(1, TimeUnit.MINUTES);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SQLException e) {
                throw e;
            }
            throw new IllegalStateException(failed);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        } finally {
            thread.shutdownNow();
        }
    }

    /** The question itself does not contain the mark, so that it is not held. */
    private static boolean isHeld(H2Cluster cluster, int number) throws SQLException {
        return cluster.primary()
                        .number("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE SESSION_ID <> SESSION_ID()"
                                + " AND EXECUTING_STATEMENT LIKE '%/* held ' || " + number + " || ' */%'")
                > 0;
    }

    private static String marked(String sql) {
        return sql.formatted("/* held " + NUMBERS.incrementAndGet() + " */");
    }

    private static Run<Long> plain(String sql) {
        return connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(marked(sql)) ? -1 : statement.getLargeUpdateCount();
            }
        };
    }

    private static Run<Long> point(String sql, int id) {
        return connection -> {
            try (PreparedStatement statement = connection.prepareStatement(marked(sql))) {
                statement.setInt(1, id);
                return statement.executeLargeUpdate();
            }
        };
    }

    private static long batch(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(marked("UPDATE T %s SET N = N + 1 WHERE ID = ?"))) {
            for (int id = 1; id <= 3; id++) {
                statement.setInt(1, id);
                statement.addBatch();
            }
            long changed = 0;
            for (int count : statement.executeBatch()) {
                changed += count;
            }
            return changed;
        }
    }

    private static void holdStatements(H2Cluster cluster, boolean hold) throws SQLException {
        try (Connection primary = cluster.primary().open()) {
            execute(primary, "SET DATABASE_EVENT_LISTENER '" + (hold ? HeldStatements.class.getName() : "") + "'");
        }
    }

    private static long failures(H2Cluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            return WeirNodes.of(connection).stream()
                    .filter(WeirNodes.Row::isPrimary)
                    .mapToLong(WeirNodes.Row::failures)
                    .sum();
        }
    }

    private static long sum(Connection connection) throws SQLException {
        return number(connection, "/* weir: primary */ SELECT SUM(N) FROM T");
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
