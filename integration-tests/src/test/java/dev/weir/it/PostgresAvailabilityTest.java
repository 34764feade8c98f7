package dev.weir.it;

import static dev.weir.it.PostgresSessionTest.awaitReplicas;
import static dev.weir.it.PostgresSessionTest.count;
import static dev.weir.it.PostgresSessionTest.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Standbys that go away and come back, and hosts in any order. */
@ExtendWith(PostgresExtension.class)
final class PostgresAvailabilityTest {
    @Test
    void shouldFindRolesWhateverTheOrderOfHosts(PostgresCluster cluster) throws SQLException {
        PostgresNode a = cluster.primary();
        PostgresNode b = cluster.standby1();
        PostgresNode c = cluster.standby2();
        int table = 0;
        for (List<PostgresNode> order : List.of(List.of(a, b, c), List.of(b, a, c), List.of(c, b, a))) {
            String url = PostgresCluster.weirUrl(order.toArray(PostgresNode[]::new));
            try (Connection connection = DriverManager.getConnection(url)) {
                execute(connection, "CREATE TABLE t" + table++ + " (id int)");
                awaitReplicas(connection, 2);
                assertThat(WeirNodes.of(connection).stream().filter(WeirNodes.Row::isPrimary))
                        .singleElement()
                        .satisfies(node -> assertThat(node.url()).contains(a.address()));
            }
        }
    }

    @Test
    void shouldStopReadingFromStoppedStandbyAndReadFromItAgainWhenItIsBack(PostgresCluster cluster)
            throws SQLException {
        lose(cluster, cluster.standby1()::stop, cluster.standby1()::start);
    }

    @Test
    void shouldStopReadingFromKilledStandbyAndReadFromItAgainWhenItIsBack(PostgresCluster cluster) throws SQLException {
        lose(cluster, cluster.standby1()::kill, cluster.standby1()::start);
    }

    private static void lose(PostgresCluster cluster, Runnable goAway, Runnable comeBack) throws SQLException {
        String lost = cluster.standby1().address();
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            execute(connection, "CREATE TABLE item (id int)");
            awaitReplicas(connection, 2);
            awaitReadsBy(cluster, lost);
            goAway.run();
            Awaitility.await("a read past the lost standby").until(() -> {
                count(connection, "SELECT count(*) FROM item");
                return replicasUp(connection) == 1;
            });
            long before = reads(connection, lost);
            for (int i = 0; i < 200; i++) {
                assertThat(count(connection, "SELECT count(*) FROM item")).isZero();
            }
            assertThat(reads(connection, lost)).as("reads by the lost standby").isEqualTo(before);
            comeBack.run();
            awaitReplicas(connection, 2);
            awaitReadsBy(cluster, lost);
        }
    }

    @Test
    void shouldServeReadsFromThePrimaryWhenEveryStandbyIsGone(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            execute(connection, "CREATE TABLE item (id int)");
            cluster.standby1().stop();
            cluster.standby2().stop();
            for (int i = 0; i < 100; i++) {
                assertThat(count(connection, "SELECT count(*) FROM item")).isZero();
            }
            execute(connection, "INSERT INTO item VALUES (1)");
            assertThat(count(connection, "SELECT count(*) FROM item")).isEqualTo(1);
        }
    }

    @Test
    void shouldAnswerReadsInTimeWhenAStandbyIsFrozen(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            execute(connection, "CREATE TABLE item (id int)");
            awaitReplicas(connection, 2);
            cluster.standby1().freeze();
            Awaitility.await("the frozen standby to be left out").until(() -> replicasUp(connection) == 1);
            for (int i = 0; i < 50; i++) {
                assertThat(count(connection, "SELECT count(*) FROM item")).isZero();
            }
            cluster.standby1().thaw();
            awaitReplicas(connection, 2);
        }
    }

    private static long replicasUp(Connection connection) throws SQLException {
        return WeirNodes.of(connection).stream()
                .filter(node -> node.isReplica() && node.state().equals("up"))
                .count();
    }

    /** Each connection is a session of its own, so that no earlier read ties it to a standby. */
    private static String url(PostgresCluster cluster) {
        return cluster.weirUrl() + "&weir.loadBalance=roundRobin&weir.sessionScope=connection";
    }

    private static int readInNewSession(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            return count(connection, "SELECT count(*) FROM item");
        }
    }

    private static void awaitReadsBy(PostgresCluster cluster, String address) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(cluster))) {
            long before = reads(connection, address);
            Awaitility.await("reads by " + address).until(() -> {
                readInNewSession(cluster);
                return reads(connection, address) > before;
            });
        }
    }

    private static long reads(Connection connection, String address) throws SQLException {
        return WeirNodes.of(connection).stream()
                .filter(node -> node.url().contains(address))
                .mapToLong(WeirNodes.Row::reads)
                .sum();
    }
}
