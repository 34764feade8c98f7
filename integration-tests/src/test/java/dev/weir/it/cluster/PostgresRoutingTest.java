package dev.weir.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterSettings;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Clusters;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeRole;
import dev.weir.cluster.NodeState;
import dev.weir.cluster.NodeStatus;
import dev.weir.cluster.Tally;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import dev.weir.routing.Consistency;
import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import dev.weir.routing.Routing;
import dev.weir.routing.RoutingSession;
import dev.weir.routing.RoutingSettings;
import dev.weir.routing.SessionScope;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.SqlDialect;
import dev.weir.sql.Tables;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class PostgresRoutingTest {
    private static final Classification READ =
            new Classification(Kind.READ, "read", null, false, false, false, null, null, null);
    private static final Classification WRITE =
            new Classification(Kind.WRITE, "write", null, false, false, false, null, null, null);

    private static final RoutingSettings OWN_SCOPE = RoutingSettings.DEFAULT.withSessionScope(SessionScope.CONNECTION);

    private final PostgresCluster servers;
    private Cluster cluster;

    PostgresRoutingTest(PostgresCluster servers) {
        this.servers = servers;
        this.cluster = open(servers.standby1(), servers.primary(), servers.standby2());
    }

    private static Cluster open(PostgresNode... order) {
        List<String> urls = Arrays.stream(order).map(PostgresNode::url).toList();
        Map<String, String> login = Map.of("user", PostgresCluster.USER, "password", PostgresCluster.PASSWORD);
        try {
            return Clusters.open(ClusterSettings.of(SqlDialect.POSTGRESQL, new Listed(urls), login)
                    .withPool(10, 0, Duration.ofSeconds(5)));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void waitForTheFirstRound() throws SQLException {
        cluster.awaitReady();
    }

    @AfterEach
    void close() {
        cluster.closeNow();
    }

    private NodeStatus status(PostgresNode server) {
        return cluster.view().statuses().stream()
                .filter(status -> status.node().name().equals(server.address()))
                .findFirst()
                .orElseThrow();
    }

    private boolean isPrimary(PostgresNode server) {
        NodeStatus primary = cluster.view().primary();
        return primary != null && primary.node().name().equals(server.address());
    }

    private static void write(Routing routing, RoutingSession session, String sql) throws SQLException {
        Route route = routing.route(WRITE, session);
        try (Connection connection = routing.borrow(route, session);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        routing.committed(session, -1, Tables.ANY);
    }

    private static long read(Routing routing, RoutingSession session, String sql) throws SQLException {
        Route route = routing.route(READ, session);
        Tally tally = route.target().lendTally();
        tally.readStarted();
        try (Connection connection = routing.borrow(route, session);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            routing.readCompleted(route, session);
            return rows.getLong(1);
        } finally {
            tally.readFinished();
            tally.giveBack();
        }
    }

    @Test
    void shouldFindRolesTimelineAndPositionsAsAnUnprivilegedUser() {
        assertThat(isPrimary(servers.primary())).isTrue();
        assertThat(cluster.view().replicaCount()).isEqualTo(2);
        for (PostgresNode server : servers.nodes()) {
            assertThat(status(server).state()).isEqualTo(NodeState.UP);
            assertThat(status(server).epoch()).isEqualTo(1);
            assertThat(status(server).lsn()).isPositive();
        }
        assertThat(status(servers.standby1()).role()).isEqualTo(NodeRole.REPLICA);
        await().until(() -> status(servers.standby1()).coveredRound() >= 0
                && status(servers.standby2()).coveredRound() >= 0);
    }

    @Test
    void shouldReadItsOwnWritesWhileOneStandbyIsPausedAndTheOtherDelayed() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE);
        RoutingSession session = routing.newSession();
        write(routing, session, "CREATE TABLE item (id int PRIMARY KEY)");
        servers.awaitCaughtUp();
        servers.standby1().pauseReplay();
        servers.standby2().delayReplay(Duration.ofMillis(20));
        for (int i = 1; i <= 300; i++) {
            write(routing, session, "INSERT INTO item VALUES (" + i + ")");
            assertThat(read(routing, session, "SELECT count(*) FROM item")).isEqualTo(i);
        }
        assertThat(status(servers.standby1()).node().reads()).isZero();
    }

    @Test
    void shouldComeBackToAStandbyAfterAWriteThoughReadsFollowClosely() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE);
        RoutingSession session = routing.newSession();
        write(routing, session, "CREATE TABLE item (id int PRIMARY KEY)");
        write(routing, session, "INSERT INTO item VALUES (1)");
        await("a hundred reads in a row that standbys serve")
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    long byPrimary = status(servers.primary()).node().reads();
                    for (int i = 0; i < 100; i++) {
                        assertThat(read(routing, session, "SELECT count(*) FROM item"))
                                .isEqualTo(1);
                    }
                    return status(servers.primary()).node().reads() == byPrimary;
                });
    }

    @Test
    void shouldStopReadingFromAStandbyThatIsKilledAndComeBackToIt() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE.withConsistency(Consistency.EVENTUAL));
        RoutingSession session = routing.newSession();
        write(routing, session, "CREATE TABLE item (id int PRIMARY KEY)");
        servers.awaitCaughtUp();
        long life = status(servers.standby1()).life();
        servers.standby1().kill();
        await().until(() -> cluster.view().replicaCount() == 1);
        Node left = status(servers.standby2()).node();
        for (int i = 0; i < 20; i++) {
            assertThat(routing.route(READ, session).target()).isEqualTo(left);
        }
        servers.standby1().start();
        await().until(() -> cluster.view().replicaCount() == 2);
        assertThat(status(servers.standby1()).life()).isGreaterThan(life);
    }

    @Test
    void shouldFailFastWhenThePrimaryIsGoneAndGoOnReading() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE.withConsistency(Consistency.EVENTUAL));
        RoutingSession session = routing.newSession();
        servers.primary().kill();
        await().until(() -> status(servers.primary()).state() == NodeState.DOWN);
        long began = System.nanoTime();
        assertThatThrownBy(() -> write(routing, session, "CREATE TABLE item (id int)"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(servers.primary().address())
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08006");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        assertThat(read(routing, session, "SELECT 1")).isEqualTo(1);
    }

    @Test
    void shouldTakeAFrozenStandbyOutAndKeepProbingTheOthers() {
        servers.standby2().freeze();
        await().until(() -> status(servers.standby2()).state() == NodeState.LATE);
        long round = status(servers.standby1()).round();
        await().until(() -> status(servers.standby1()).round() > round + 5);
        servers.standby2().thaw();
        await().until(() -> cluster.view().replicaCount() == 2);
    }

    @Test
    void shouldFollowAPromotionAndRefuseTheOldPrimary() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE);
        RoutingSession session = routing.newSession();
        write(routing, session, "CREATE TABLE item (id int PRIMARY KEY)");
        servers.awaitCaughtUp();
        // What no probe has shown to be on the standby counts as doubtful after its promotion.
        long written = cluster.round();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> status(servers.standby1()).coveredRound() > written);
        servers.standby1().promote();
        await().until(() -> isPrimary(servers.standby1()));
        assertThat(status(servers.standby1()).epoch()).isEqualTo(2);
        assertThat(status(servers.primary()).state()).isEqualTo(NodeState.FENCED);
        ClusterView view = cluster.view();
        assertThat(view.replicaCount()).isZero();
        write(routing, session, "INSERT INTO item VALUES (1)");
        assertThat(routing.route(READ, session).reason()).isEqualTo(Reason.NO_REPLICA);
        assertThat(read(routing, session, "SELECT count(*) FROM item")).isEqualTo(1);
    }

    @Test
    void shouldGiveATokenThatAnotherSessionCanFollow() throws SQLException {
        Routing routing = new Routing(cluster, OWN_SCOPE);
        RoutingSession writer = routing.newSession();
        write(routing, writer, "CREATE TABLE item (id int PRIMARY KEY)");
        servers.awaitCaughtUp();
        servers.standby1().pauseReplay();
        servers.standby2().pauseReplay();
        write(routing, writer, "INSERT INTO item VALUES (1)");
        String token = routing.token(writer);
        RoutingSession reader = routing.newSession();
        assertThat(read(routing, reader, "SELECT count(*) FROM item")).isZero();
        routing.adopt(reader, token);
        assertThat(routing.route(READ, reader).reason()).isEqualTo(Reason.BEHIND_SESSION);
        assertThat(read(routing, reader, "SELECT count(*) FROM item")).isEqualTo(1);
    }
}
