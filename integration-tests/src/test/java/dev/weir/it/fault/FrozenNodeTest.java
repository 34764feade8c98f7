package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import dev.weir.it.h2.H2TcpNode;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.process.Relay;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a node costs that stands still while its connections stay open. */
@ExtendWith({PostgresExtension.class, H2TcpExtension.class})
final class FrozenNodeTest {
    private static final int READERS = 4;

    /** How long a node may give no sign of life. */
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(2);

    /** What a loaded machine may add: rounds of the monitor, the thread that cuts, the second try, and two seconds in which pgjdbc waits for its cancel request to arrive. */
    private static final Duration SLACK = Duration.ofSeconds(9);

    private static final Duration STRONG_TIMEOUT = Duration.ofSeconds(1);

    private static final String READ = "SELECT count(*) FROM item";
    private static final String EACH_ALONE =
            "weir.consistency=eventual&weir.loadBalance=roundRobin&weir.strongReads=replica";

    private static SteadyReads.Opener opener(PostgresCluster cluster) {
        return () -> DriverManager.getConnection(cluster.weirUrl() + "&" + EACH_ALONE);
    }

    private static SteadyReads.Opener opener(H2TcpCluster cluster) {
        return () -> DriverManager.getConnection(
                cluster.weirUrl() + ";" + EACH_ALONE.replace('&', ';'), H2TcpCluster.USER, H2TcpCluster.PASSWORD);
    }

    @Test
    void shouldFreeReadsThatHangOnAFrozenStandby(PostgresCluster cluster) throws SQLException {
        createItems(opener(cluster));
        cost("PostgreSQL standby", opener(cluster), cluster.standby1()::freeze, cluster.standby1()::thaw, 0);
    }

    @Test
    void shouldFreeReadsThatHangOnAFrozenH2Replica(H2TcpCluster cluster) throws SQLException {
        createItems(opener(cluster));
        H2TcpNode replica = cluster.replicaNode(1);
        cost("H2 replica", opener(cluster), replica::freeze, replica::thaw, 0);
    }

    @Test
    void shouldKeepTheQueryTimeoutOnAFrozenStandby(PostgresCluster cluster) throws SQLException {
        createItems(opener(cluster));
        cost(
                "PostgreSQL standby, query timeout 1 s",
                opener(cluster),
                cluster.standby1()::freeze,
                cluster.standby1()::thaw,
                1);
    }

    @Test
    void shouldKeepTheQueryTimeoutOnAFrozenH2Replica(H2TcpCluster cluster) throws SQLException {
        createItems(opener(cluster));
        H2TcpNode replica = cluster.replicaNode(1);
        cost("H2 replica, query timeout 1 s", opener(cluster), replica::freeze, replica::thaw, 1);
    }

    @Test
    void shouldFreeReadsThatHangOnABlackHoledStandby(PostgresCluster cluster) throws SQLException {
        try (Relay relay = new Relay(cluster.standby1().port())) {
            String url = "jdbc:weir:postgresql://" + cluster.primary().address() + ",127.0.0.1:" + relay.port() + ","
                    + cluster.standby2().address() + "/" + PostgresCluster.DATABASE + "?user=" + PostgresCluster.USER
                    + "&password=" + PostgresCluster.PASSWORD + "&" + EACH_ALONE;
            SteadyReads.Opener opener = () -> DriverManager.getConnection(url);
            createItems(opener);
            cost("PostgreSQL standby behind a black hole", opener, relay::swallow, relay::pass, 0);
        }
    }

    private static void createItems(SteadyReads.Opener opener) throws SQLException {
        try (Connection connection = opener.open();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY)");
            awaitReplicas(connection, 2);
        }
    }

    /** Freezes a replica under steady reads; says how slow they become. A query timeout of 0 means none. */
    private static void cost(String what, SteadyReads.Opener opener, Runnable freeze, Runnable thaw, int queryTimeout)
            throws SQLException {
        Duration limit = (queryTimeout == 0 ? NODE_TIMEOUT : Duration.ofSeconds(queryTimeout)).plus(SLACK);
        try (Connection connection = opener.open();
                SteadyReads readers = new SteadyReads(READERS, opener, READ, queryTimeout)) {
            Awaitility.await("first reads").until(() -> readers.done() > 200);
            Duration before = readers.medianSince(
                    System.nanoTime() - Duration.ofSeconds(1).toNanos());
            long frozen = System.nanoTime();
            freeze.run();
            try {
                Awaitility.await("the frozen node to be left out").until(() -> replicasUp(connection) == 1);
                long detected = System.nanoTime();
                Awaitility.await("every reader to go on").until(() -> readers.haveAllReadSince(detected));
                Awaitility.await("a second of it")
                        .until(() -> System.nanoTime() - detected
                                > Duration.ofSeconds(1).toNanos());
                Duration slowest = readers.slowestSince(frozen);
                Duration after = readers.medianSince(detected);
                System.out.printf(
                        "Frozen %s: slowest read during detection %d ms, median before %.2f ms, after %.2f ms%n",
                        what, slowest.toMillis(), before.toNanos() / 1e6, after.toNanos() / 1e6);
                assertThat(slowest).isLessThan(limit);
                assertThat(after).as("no read waits for the frozen node").isLessThan(NODE_TIMEOUT.dividedBy(2));
            } finally {
                thaw.run();
            }
            assertThat(readers.failures()).allSatisfy(failure -> {
                assertThat(queryTimeout).as("query timeout").isPositive();
                assertThat(((SQLException) failure).getSQLState()).isEqualTo("57014");
            });
            awaitReplicas(connection, 2);
        }
    }

    @Test
    void shouldFailWritesFastAndGoOnReadingWhenThePrimaryIsFrozen(PostgresCluster cluster) throws SQLException {
        createItems(opener(cluster));
        try {
            primaryFrozen(opener(cluster), cluster.primary()::freeze);
        } finally {
            cluster.primary().thaw();
        }
    }

    @Test
    void shouldFailWritesFastAndGoOnReadingWhenTheH2PrimaryIsFrozen(H2TcpCluster cluster) throws SQLException {
        createItems(opener(cluster));
        try {
            primaryFrozen(opener(cluster), cluster.primaryNode()::freeze);
        } finally {
            cluster.primaryNode().thaw();
        }
    }

    private static void primaryFrozen(SteadyReads.Opener opener, Runnable freeze) throws SQLException {
        try (Connection writer = opener.open();
                Connection inTransaction = opener.open();
                Connection reader = opener.open();
                Statement write = writer.createStatement()) {
            write.execute("INSERT INTO item VALUES (1)");
            inTransaction.setAutoCommit(false);
            Statement open = inTransaction.createStatement();
            open.execute("INSERT INTO item VALUES (2)");
            freeze.run();
            CompletableFuture<Duration> strong = CompletableFuture.supplyAsync(() -> failingStrongRead(opener));
            long began = System.nanoTime();
            assertThatThrownBy(() -> write.execute("INSERT INTO item VALUES (3)"))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isIn("08007", "08006"));
            Duration first = Duration.ofNanos(System.nanoTime() - began);
            assertThat(first).isLessThan(NODE_TIMEOUT.plus(SLACK));
            Duration later = quickest(() -> assertThatThrownBy(() -> write.execute("INSERT INTO item VALUES (4)"))
                    .satisfies(e -> assertThat(e.getMessage()).containsAnyOf("sign of life", "timed out"))
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08006")));
            System.out.printf(
                    "Frozen primary: first write fails after %d ms, later ones after %d ms%n",
                    first.toMillis(), later.toMillis());
            assertThat(later).isLessThan(Duration.ofSeconds(1));
            assertThatThrownBy(inTransaction::commit)
                    .hasMessageContaining("Nothing of it was committed")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("40001"));
            try (Statement read = reader.createStatement()) {
                // On a starved machine the standbys may be late for a moment, too, and only the primary is left.
                Awaitility.await("reads to go on")
                        .ignoreExceptionsInstanceOf(SQLTransientConnectionException.class)
                        .until(() ->
                                quickest(() -> read.executeQuery(READ).next()).compareTo(Duration.ofSeconds(1)) < 0);
            }
            assertThat(strong.join()).isLessThan(STRONG_TIMEOUT.plus(SLACK));
        }
    }

    private interface Action {
        void run() throws SQLException;
    }

    /** The least time that an action takes in a few tries: a busy machine holds up any one of them. */
    private static Duration quickest(Action action) throws SQLException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long began = System.nanoTime();
            action.run();
            least = Math.min(least, System.nanoTime() - began);
        }
        return Duration.ofNanos(least);
    }

    /** How long a strong read takes until it fails, with a query timeout, since nobody can tell where the primary is. */
    private static Duration failingStrongRead(SteadyReads.Opener opener) {
        try (Connection connection = opener.open();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout((int) STRONG_TIMEOUT.toSeconds());
            long began = System.nanoTime();
            assertThatThrownBy(() -> statement.executeQuery("/* weir: strong */ SELECT count(*) FROM item"))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isIn("57014", "08006", "08007"));
            return Duration.ofNanos(System.nanoTime() - began);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long replicasUp(Connection connection) throws SQLException {
        List<WeirNodes.Row> nodes = WeirNodes.of(connection);
        return nodes.stream()
                .filter(node -> node.isReplica() && node.state().equals("up"))
                .count();
    }

    private static void awaitReplicas(Connection connection, int count) {
        Awaitility.await("replicas in rotation").until(() -> replicasUp(connection) == count);
    }
}
