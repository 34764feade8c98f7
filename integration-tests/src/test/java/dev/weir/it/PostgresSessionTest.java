package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a session sees on PostgreSQL while its standbys lag. */
@ExtendWith(PostgresExtension.class)
final class PostgresSessionTest {
    private static final int ROUNDS = 1_000;

    @BeforeEach
    void createTable(PostgresCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
        }
        cluster.awaitCaughtUp();
    }

    @Test
    void shouldNeverMissOwnWriteWhenOneStandbyIsPausedAndTheOtherDelayed(PostgresCluster cluster) throws SQLException {
        cluster.standby1().pauseReplay();
        cluster.standby2().delayReplay(Duration.ofMillis(150));
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            Share before = Share.now(connection);
            assertThat(insertAndRead(connection)).isZero();
            Share.now(connection).print("one standby paused, the other 150 ms late", before);
            assertThat(scans(cluster.standby1()))
                    .as("reads by the paused standby")
                    .isZero();
        }
    }

    @Test
    void shouldNeverMissOwnWriteWhenStandbysFollowClosely(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            Share before = Share.now(connection);
            assertThat(insertAndRead(connection)).isZero();
            Share.now(connection).print("both standbys following", before);
        }
    }

    @Test
    void shouldNeverMissOwnWriteOnAnotherConnectionOfTheApplication(PostgresCluster cluster) throws SQLException {
        cluster.standby1().pauseReplay();
        try (Connection writer = DriverManager.getConnection(cluster.weirUrl());
                Connection reader = DriverManager.getConnection(cluster.weirUrl());
                PreparedStatement insert = writer.prepareStatement("INSERT INTO item VALUES (?, 'x')");
                PreparedStatement select = reader.prepareStatement("SELECT name FROM item WHERE id = ?")) {
            for (int i = 0; i < 200; i++) {
                insert.setInt(1, i);
                insert.executeUpdate();
                select.setInt(1, i);
                try (ResultSet row = select.executeQuery()) {
                    assertThat(row.next()).as("row " + i).isTrue();
                }
            }
        }
    }

    @Test
    void shouldReadFromStandbysOnceTheyHaveTheWrite(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            execute(connection, "INSERT INTO item VALUES (1, 'x')");
            Awaitility.await("a read on a standby").until(() -> {
                assertThat(count(connection, "SELECT count(*) FROM item")).isEqualTo(1);
                return WeirNodes.replicaReads(connection) > 0;
            });
            // Sent by the server process at the end of a transaction, but at most once a second.
            Awaitility.await("a read counted by a standby itself").until(() -> {
                count(connection, "SELECT count(*) FROM item");
                return scans(cluster.standby1()) + scans(cluster.standby2()) > 0;
            });
        }
    }

    @Test
    void shouldKeepReadingEverythingOnThePrimaryWhenLevelIsStrong(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl() + "&weir.consistency=strong")) {
            execute(connection, "INSERT INTO item VALUES (1, 'x')");
            long before = WeirNodes.replicaReads(connection);
            for (int i = 0; i < 100; i++) {
                assertThat(count(connection, "SELECT count(*) FROM item")).isEqualTo(1);
            }
            assertThat(WeirNodes.replicaReads(connection)).isEqualTo(before);
        }
    }

    @Test
    void shouldRunReadOnlyTransactionOnOneStandby(PostgresCluster cluster) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(cluster.weirUrl() + "&weir.readOnlyFunctions=inet_server_port")) {
            awaitReplicas(connection, 2);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            int first = beginOnStandby(connection, cluster);
            for (int i = 0; i < 20; i++) {
                assertThat(count(connection, "SELECT inet_server_port()")).isEqualTo(first);
                assertThat(count(connection, "SELECT count(*) FROM item")).isZero();
            }
            connection.commit();
            connection.setReadOnly(false);
            execute(connection, "INSERT INTO item VALUES (1, 'x')");
            assertThat(count(connection, "SELECT inet_server_port()"))
                    .isEqualTo(cluster.primary().port());
            connection.commit();
        }
    }

    @Test
    void shouldRunUndeclaredTransactionWhollyOnThePrimary(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            awaitReplicas(connection, 2);
            long before = WeirNodes.replicaReads(connection);
            connection.setAutoCommit(false);
            for (int i = 0; i < 20; i++) {
                assertThat(count(connection, "SELECT inet_server_port()"))
                        .isEqualTo(cluster.primary().port());
                count(connection, "SELECT count(*) FROM item");
            }
            connection.commit();
            assertThat(WeirNodes.replicaReads(connection)).isEqualTo(before);
        }
    }

    /** Begins read-only transactions until one runs on a standby: at first the session may have seen more than they are known to have. */
    private static int beginOnStandby(Connection connection, PostgresCluster cluster) {
        Set<Integer> standbys =
                Set.of(cluster.standby1().port(), cluster.standby2().port());
        AtomicInteger port = new AtomicInteger();
        Awaitility.await("a transaction on a standby").until(() -> {
            connection.commit();
            port.set(count(connection, "SELECT inet_server_port()"));
            return standbys.contains(port.get());
        });
        return port.get();
    }

    private static int insertAndRead(Connection connection) throws SQLException {
        int misses = 0;
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?, ?)");
                PreparedStatement select = connection.prepareStatement("SELECT name FROM item WHERE id = ?")) {
            for (int i = 0; i < ROUNDS; i++) {
                insert.setInt(1, i);
                insert.setString(2, "item " + i);
                insert.executeUpdate();
                select.setInt(1, i);
                try (ResultSet row = select.executeQuery()) {
                    misses += row.next() && row.getString(1).equals("item " + i) ? 0 : 1;
                }
            }
        }
        return misses;
    }

    /** Who has served how many reads. Immutable. */
    private record Share(long byStandbys, long byPrimary) {
        static Share now(Connection connection) throws SQLException {
            return new Share(WeirNodes.replicaReads(connection), WeirNodes.primaryReads(connection));
        }

        void print(String situation, Share before) {
            long standbys = byStandbys - before.byStandbys;
            long all = standbys + byPrimary - before.byPrimary;
            System.out.printf(
                    "PostgreSQL, %s: no own write missed in %d rounds, standbys served %d of %d reads (%.1f %%)%n",
                    situation, ROUNDS, standbys, all, all == 0 ? 0.0 : 100.0 * standbys / all);
        }
    }

    static void awaitReplicas(Connection connection, int count) {
        Awaitility.await(count + " replicas")
                .until(() -> WeirNodes.of(connection).stream()
                                .filter(node -> node.isReplica() && node.state().equals("up"))
                                .count()
                        == count);
    }

    /** Scans of the table that this node itself has counted. */
    static long scans(PostgresNode node) throws SQLException {
        try (Connection connection = node.connectAsSuperuser()) {
            return count(
                    connection,
                    "SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables WHERE relname = 'item'");
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int count(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
