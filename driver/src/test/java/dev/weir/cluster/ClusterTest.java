package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.sql.SqlDialect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterTest {
    private static final Map<String, String> LOGIN = Map.of("user", WeirStore.USER, "password", WeirStore.PASSWORD);

    private final UUID id = UUID.randomUUID();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    private WeirStore primary() throws SQLException {
        return closing(WeirStore.primary(id));
    }

    private WeirStore replica() throws SQLException {
        return closing(WeirStore.replica(id));
    }

    private static ClusterSettings settings(String... urls) {
        return ClusterSettings.of(SqlDialect.H2, new Listed(List.of(urls)), LOGIN)
                .withProbeInterval(Duration.ofMillis(20))
                .withPool(4, 0, Duration.ofSeconds(2));
    }

    private Cluster open(ClusterSettings settings) throws SQLException {
        Cluster cluster = Clusters.open(settings);
        opened.add(cluster::closeNow);
        return cluster;
    }

    private Cluster open(WeirStore... stores) throws SQLException {
        return open(settings(List.of(stores).stream().map(WeirStore::url).toArray(String[]::new)));
    }

    private static NodeStatus status(Cluster cluster, int node) {
        return cluster.view().statuses().get(node);
    }

    @Test
    void shouldFindThePrimaryWhereverItIsListed() throws SQLException {
        Cluster cluster = open(replica(), primary(), replica());
        cluster.awaitReady();
        ClusterView view = cluster.view();
        assertThat(view.primary())
                .isNotNull()
                .extracting(NodeStatus::node)
                .isEqualTo(cluster.nodes().get(1));
        assertThat(view.replicaCount()).isEqualTo(2);
        assertThat(view.cluster()).isEqualTo(id.toString());
    }

    @Test
    void shouldCoverOnlySamplesThatTheReplicaHasReached() throws SQLException {
        WeirStore primary = primary();
        WeirStore replica = replica();
        Cluster cluster = open(primary, replica);
        cluster.awaitReady();
        primary.head(7);
        replica.checkpoint(6);
        long written = cluster.round();
        await().until(() ->
                status(cluster, 0).round() > written + 4 && status(cluster, 1).lsn() == 6);
        assertThat(status(cluster, 1).coveredRound()).isLessThanOrEqualTo(written + 1);
        replica.checkpoint(7);
        await().until(() -> status(cluster, 1).coveredRound() > written + 1);
    }

    @Test
    void shouldLendConnectionsToTheNodeAsked() throws SQLException {
        WeirStore primary = primary();
        WeirStore replica = replica();
        replica.execute("CREATE TABLE HERE(N INT) AS SELECT 1");
        Cluster cluster = open(primary, replica);
        cluster.awaitReady();
        NodeStatus status = status(cluster, 1);
        try (Connection connection = cluster.borrow(status.node(), status.life());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT N FROM HERE")) {
            assertThat(rows.next()).isTrue();
            assertThat(cluster.lent()).isEqualTo(1);
        }
        assertThat(cluster.lent()).isZero();
    }

    @Test
    void shouldRefuseAConnectionOfAnotherLifeThanTheRouteWasChosenBy() throws SQLException {
        Cluster cluster = open(primary(), replica());
        cluster.awaitReady();
        NodeStatus status = status(cluster, 1);
        assertThatThrownBy(() -> cluster.borrow(status.node(), status.life() - 1))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("may have restarted")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
        assertThat(cluster.lent()).isZero();
    }

    @Test
    void shouldSayThatThePoolIsExhausted() throws SQLException {
        ClusterSettings settings = settings(primary().url()).withPool(1, 0, Duration.ofMillis(300));
        Cluster cluster = open(settings);
        cluster.awaitReady();
        Node node = cluster.nodes().get(0);
        try (Connection held = cluster.borrow(node, 0)) {
            assertThat(held.isClosed()).isFalse();
            assertThatThrownBy(() -> cluster.borrow(node, 0))
                    .hasMessageContaining("within 300 ms (weir.poolTimeout)")
                    .hasMessageContaining("all 1 are in use");
        }
    }

    @Test
    void shouldNotLendADiscardedConnectionAgain() throws SQLException {
        Cluster cluster = open(settings(primary().url()).withPool(1, 0, Duration.ofSeconds(2)));
        cluster.awaitReady();
        Node node = cluster.nodes().get(0);
        Connection altered = cluster.borrow(node, 0);
        try (Statement statement = altered.createStatement()) {
            statement.execute("SET @LEFT_BEHIND = 1");
        }
        cluster.discard(node, altered);
        try (Connection fresh = cluster.borrow(node, 0);
                Statement statement = fresh.createStatement();
                ResultSet row = statement.executeQuery("SELECT @LEFT_BEHIND")) {
            row.next();
            assertThat(row.getObject(1)).isNull();
        }
    }

    @Test
    void shouldTakeANodeOutWhenItGoesAwayAndNotCreateItAnew() throws SQLException {
        WeirStore replica = replica();
        Cluster cluster = open(primary(), replica);
        cluster.awaitReady();
        opened.remove(replica);
        replica.close();
        await().until(() -> cluster.view().replicaCount() == 0);
        assertThat(status(cluster, 1).state()).isEqualTo(NodeState.DOWN);
        assertThat(status(cluster, 1).problem()).contains("not found");
    }

    @Test
    void shouldBringANodeBackThatFailedOnceButAnswers() throws SQLException {
        Cluster cluster = open(primary(), replica());
        cluster.awaitReady();
        Node replica = cluster.nodes().get(1);
        long round = cluster.round();
        cluster.reportFailure(replica, new SQLException("broken", "90067", 90067));
        await().until(() -> status(cluster, 1).round() > round && cluster.view().replicaCount() == 1);
        assertThat(replica.failures()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeANodeOutForAStatementsOwnFault() throws SQLException {
        Cluster cluster = open(primary(), replica());
        cluster.awaitReady();
        Node replica = cluster.nodes().get(1);
        cluster.reportFailure(replica, new SQLException("no such table", "42S02", 42102));
        assertThat(replica.failures()).isZero();
    }

    @Test
    void shouldProbeOverTcpAsAnUnprivilegedUser() throws SQLException {
        Server server = Server.createTcpServer("-tcpPort", "0").start();
        opened.add(server::stop);
        WeirStore primary = primary();
        primary.execute("CREATE USER READER PASSWORD 'r'");
        WeirStore replica = replica();
        replica.execute("CREATE USER READER PASSWORD 'r'");
        replica.execute("GRANT SELECT ON SCHEMA WEIR TO PUBLIC");
        String tcp = "jdbc:h2:tcp://localhost:" + server.getPort() + "/";
        List<String> urls = List.of(tcp + primary.database(), tcp + replica.database());
        Cluster cluster =
                open(ClusterSettings.of(SqlDialect.H2, new Listed(urls), Map.of("user", "READER", "password", "r")));
        cluster.awaitReady();
        assertThat(cluster.view().primary()).isNotNull();
        await().until(() -> cluster.view().replicaCount() == 1);
        NodeStatus status = status(cluster, 1);
        try (Connection connection = cluster.borrow(status.node(), status.life())) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void shouldGiveUpOnANodeThatNeverAnswersAConnectionAttempt() throws IOException {
        ServerSocket frozen = closing(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
        Node node = new Node(0, "frozen", "jdbc:h2:tcp://localhost:" + frozen.getLocalPort() + "/shop");
        Wire wire = new Wire(Dialect.of(SqlDialect.H2), LOGIN, true, null);
        assertThatThrownBy(() -> new Opening(node, wire).await(Duration.ofMillis(200)))
                .hasMessageContaining("Node frozen accepted no session within 200 ms")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
    }

    @Test
    void shouldNotLetAFrozenNodeDelayTheOthers() throws SQLException, IOException {
        ServerSocket frozen = closing(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
        WeirStore primary = primary();
        String url = "jdbc:h2:tcp://localhost:" + frozen.getLocalPort() + "/shop";
        Cluster cluster = open(settings(url, primary.url(), replica().url()));
        long began = System.nanoTime();
        cluster.awaitReady();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        assertThat(status(cluster, 0).state()).isIn(NodeState.LATE, NodeState.DOWN);
        assertThat(cluster.view().replicaCount()).isEqualTo(1);
        long round = status(cluster, 1).round();
        await().until(() -> status(cluster, 1).round() > round + 20);
    }

    @Test
    void shouldNameTheCommandWhenAStoreIsNoWeirCluster() throws SQLException {
        Cluster cluster = open(closing(WeirStore.plain()));
        assertThatThrownBy(cluster::awaitReady)
                .hasMessageContaining("is not a Weir cluster")
                .hasMessageContaining("weir-replicator primary")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
    }

    @Test
    void shouldRefuseAWrongPasswordWithoutShowingIt() throws SQLException {
        String url = primary().url();
        ClusterSettings settings = ClusterSettings.of(
                SqlDialect.H2, new Listed(List.of(url)), Map.of("user", WeirStore.USER, "password", "guessed"));
        assertThat(settings.toString()).doesNotContain("guessed");
        Cluster cluster = open(settings);
        assertThatThrownBy(cluster::awaitReady)
                .hasMessageContaining("refuses the user or password")
                .hasMessageNotContaining("guessed")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("28000");
    }

    @Test
    void shouldNameEachNodeThatCannotBeReached() throws SQLException, IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        Cluster cluster = open(settings("jdbc:h2:tcp://localhost:" + port + "/shop"));
        assertThatThrownBy(cluster::awaitReady)
                .hasMessageContaining("localhost:" + port + " cannot be reached")
                .hasMessageContaining("Check that the servers run")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
        assertThatThrownBy(() -> cluster.borrow(cluster.nodes().get(0), 0))
                .hasMessageContaining("localhost:" + port)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
    }

    @Test
    void shouldSayThatTheReplicatorIsMissingForAnEmbeddedCluster() {
        ClusterSettings settings = ClusterSettings.of(SqlDialect.H2, new Embedded("jdbc:h2:mem:none", 2), LOGIN);
        assertThatThrownBy(() -> Clusters.open(settings))
                .hasMessageContaining("dev.weir:weir-replicator")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
    }

    @Test
    void shouldShareOneClusterAmongEqualSettings() throws SQLException {
        String url = primary().url();
        Cluster one = open(settings(url));
        assertThat(open(settings(url))).isSameAs(one);
        assertThat(open(settings(url).withPool(5, 0, Duration.ofSeconds(1)))).isNotSameAs(one);
    }

    @Test
    void shouldCloseByItselfWhenIdleAndStartAnewWhenAsked() throws SQLException {
        ClusterSettings settings = settings(primary().url()).withIdleTimeout(Duration.ofMillis(200));
        Cluster cluster = Clusters.open(settings);
        cluster.awaitReady();
        cluster.borrow(cluster.nodes().get(0), 0).close();
        String threads = "weir-monitor-" + cluster.nodes().get(0);
        assertThat(threadsNamed(threads)).isNotZero();
        cluster.close();
        assertThat(cluster.isClosed()).isFalse();
        await().until(cluster::isClosed);
        await().until(() -> threadsNamed(threads) == 0
                && threadsNamed("weir-pool-" + cluster.nodes().get(0)) == 0);
        Cluster next = open(settings);
        assertThat(next).isNotSameAs(cluster);
        next.awaitReady();
    }

    @Test
    void shouldCloseAtOnceWhenToldSoAndNobodyElseSharesIt() throws SQLException {
        ClusterSettings settings = settings(primary().url());
        Cluster first = Clusters.open(settings);
        Cluster second = Clusters.open(settings);
        first.closeNow();
        assertThat(first.isClosed()).isFalse();
        second.close();
        assertThat(first.isClosed()).isTrue();
        String threads = "weir-monitor-" + first.nodes().get(0);
        await().until(() -> threadsNamed(threads) == 0);
    }

    private static long threadsNamed(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }
}
