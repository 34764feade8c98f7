package dev.weir.it.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each level against a register that is written all the time while the replicas are held back. */
@ExtendWith(PostgresExtension.class)
final class LevelsTest {
    private static final Duration BOUND = Duration.ofMillis(300);

    /** One row of EXPLAIN ROUTE. */
    private record Plan(
            String route,
            String reason,
            @Nullable Long needed,
            @Nullable Long has) {
        static Plan of(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
                row.next();
                return new Plan(
                        row.getString("route"),
                        row.getString("reason"),
                        row.getObject("lsn_needed", Long.class),
                        row.getObject("lsn_has", Long.class));
            }
        }
    }

    private static void createOn(PostgresCluster cluster) throws SQLException {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            Register.create(connection);
        }
        cluster.awaitCaughtUp();
    }

    // ---------------------------------------------------------------- bounded

    @Test
    void shouldNeverReadOlderThanTheBoundWhileStandbysArePausedAndTheJvmIsSuspended(PostgresCluster cluster)
            throws Exception {
        createOn(cluster);
        String url = cluster.weirUrl() + "&weir.consistency=bounded&weir.maxStaleness=" + BOUND.toMillis() + "ms";
        try (PeerJvm peer = PeerJvm.connect(url);
                Register register = Register.on(DriverManager.getConnection(cluster.weirUrl()))) {
            peer.order("watch 6000 " + Register.READ);
            TimeUnit.MILLISECONDS.sleep(700);
            cluster.standby1().pauseReplay();
            cluster.standby2().delayReplay(Duration.ofMillis(200));
            TimeUnit.MILLISECONDS.sleep(700);
            cluster.standby2().pauseReplay();
            peer.suspend();
            TimeUnit.MILLISECONDS.sleep(1_500);
            peer.resume();
            TimeUnit.MILLISECONDS.sleep(700);
            cluster.standby1().resumeReplay();
            cluster.standby2().resumeReplay();
            String[] reads = peer.answer().split(" ", -1);
            int stale = 0;
            for (String read : reads) {
                int equals = read.indexOf('=');
                if (equals > 0) {
                    long began = Long.parseLong(read.substring(0, equals));
                    long value = Long.parseLong(read.substring(equals + 1));
                    stale += value < register.at(began - BOUND.toNanos()) ? 1 : 0;
                }
            }
            long byReplicas = Long.parseLong(peer.ask("replicaReads"));
            System.out.println("Bounded on PostgreSQL: " + stale + " of " + reads.length + " reads were older than "
                    + BOUND.toMillis() + " ms, " + byReplicas + " were served by standbys");
            assertThat(stale).isZero();
            assertThat(byReplicas).isPositive();
        }
    }

    @Test
    void shouldNeverReadOlderThanTheBoundWhileAnH2ReplicaIsHeldBack() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1)) {
            try (Connection connection = cluster.connect()) {
                Register.create(connection);
            }
            String url = cluster.weirUrl() + ";weir.consistency=bounded;weir.maxStaleness=" + BOUND.toMillis() + "ms";
            try (Connection reader =
                            DriverManager.getConnection(url, H2EmbeddedCluster.USER, H2EmbeddedCluster.PASSWORD);
                    Connection holding = cluster.replicas().get(0).open();
                    Register register = Register.on(cluster.connect())) {
                Awaitility.await().until(() -> Register.read(reader) > 0 && WeirNodes.replicaReads(reader) > 0);
                long before = WeirNodes.replicaReads(reader);
                Awaitility.await("reads of the replica").until(() -> {
                    assertThat(staleReads(reader, register, Duration.ofMillis(400)))
                            .isZero();
                    return WeirNodes.replicaReads(reader) > before;
                });
                holding.setAutoCommit(false);
                try (Statement statement = holding.createStatement()) {
                    statement.executeQuery("SELECT n FROM register FOR UPDATE").close();
                }
                assertThat(staleReads(reader, register, Duration.ofMillis(900))).isZero();
                holding.rollback();
            }
        }
    }

    private static int staleReads(Connection reader, Register register, Duration time) throws SQLException {
        long until = System.nanoTime() + time.toNanos();
        int stale = 0;
        while (System.nanoTime() - until < 0) {
            long began = System.nanoTime();
            stale += Register.read(reader) < register.at(began - BOUND.toNanos()) ? 1 : 0;
        }
        return stale;
    }

    // ---------------------------------------------------------------- strong

    @Test
    void shouldReadEverythingAcknowledgedOnStandbysThatHaveCaughtUp(PostgresCluster cluster) throws Exception {
        createOn(cluster);
        cluster.standby1().delayReplay(Duration.ofMillis(2));
        assertStrong(
                cluster.weirUrl(),
                cluster.weirUrl() + "&weir.consistency=strong&weir.strongReads=replica&weir.waitForReplica=100ms",
                "",
                "");
    }

    @Test
    void shouldReadEverythingAcknowledgedOnH2ReplicasThatHaveCaughtUp() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(2)) {
            try (Connection connection = cluster.connect()) {
                Register.create(connection);
            }
            assertStrong(
                    cluster.weirUrl(),
                    cluster.weirUrl() + ";weir.consistency=strong;weir.strongReads=replica;weir.waitForReplica=100ms",
                    H2EmbeddedCluster.USER,
                    H2EmbeddedCluster.PASSWORD);
        }
    }

    private static Connection connect(String url, String user, String password) throws SQLException {
        return user.isEmpty() ? DriverManager.getConnection(url) : DriverManager.getConnection(url, user, password);
    }

    private static void assertStrong(String writing, String reading, String user, String password) throws Exception {
        // The reader shares no clock with the writer.
        try (Register register = Register.on(connect(writing, user, password));
                Connection reader = connect(
                        reading + (user.isEmpty() ? "&" : ";") + "weir.sessionScope=connection", user, password)) {
            Awaitility.await().until(() -> Register.read(reader) > 0);
            long before = WeirNodes.replicaReads(reader);
            int stale = 0;
            int reads = 0;
            long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            while (System.nanoTime() - until < 0) {
                long began = System.nanoTime();
                stale += Register.read(reader) < register.at(began) ? 1 : 0;
                reads++;
            }
            long byReplicas = WeirNodes.replicaReads(reader) - before;
            System.out.println("Strong: " + stale + " of " + reads + " reads were stale, " + byReplicas
                    + " were served by replicas");
            assertThat(stale).isZero();
            assertThat(byReplicas).isPositive();
        }
    }

    @Test
    void shouldReadOnThePrimaryWhenNoStandbyHasReachedIt(PostgresCluster cluster) throws Exception {
        createOn(cluster);
        String strong = cluster.weirUrl() + "&weir.consistency=strong&weir.strongReads=replica";
        try (Connection reader = DriverManager.getConnection(strong);
                Connection writer = DriverManager.getConnection(cluster.weirUrl())) {
            cluster.standby1().pauseReplay();
            cluster.standby2().pauseReplay();
            try (Statement statement = writer.createStatement()) {
                statement.executeUpdate("UPDATE register SET n = 7");
            }
            long before = WeirNodes.replicaReads(reader);
            assertThat(Register.read(reader)).isEqualTo(7);
            assertThat(WeirNodes.replicaReads(reader)).isEqualTo(before);
            Plan behind = Plan.of(reader, Register.READ);
            assertThat(behind.route()).isEqualTo("primary");
            assertThat(behind.needed()).isGreaterThan(behind.has());
            cluster.standby1().resumeReplay();
            cluster.standby2().resumeReplay();
            cluster.awaitCaughtUp();
            Plan caughtUp = Awaitility.await("a standby that has reached it")
                    .until(
                            () -> Plan.of(reader, Register.READ),
                            plan -> plan.route().equals("replica"));
            assertThat(caughtUp.needed()).isPositive().isLessThanOrEqualTo(caughtUp.has());
        }
    }

    // ---------------------------------------------------------------- explanations and refusals

    @Test
    void shouldExplainWhichPositionEachLevelNeeds(PostgresCluster cluster) throws Exception {
        createOn(cluster);
        cluster.standby1().pauseReplay();
        cluster.standby2().pauseReplay();
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl() + "&weir.sessionScope=connection");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE register SET n = 8");
            String token = connection.getClientInfo("weir.token"); // after a sample of the primary
            Plan session = Plan.of(connection, Register.READ);
            assertThat(session.route()).isEqualTo("primary");
            assertThat(session.needed()).isGreaterThan(session.has());
            Plan after = Plan.of(connection, "/* weir: eventual after=" + token + " */ " + Register.READ);
            assertThat(after.route()).isEqualTo("primary");
            assertThat(after.needed()).isGreaterThan(after.has());
            Plan eventual = Plan.of(connection, "/* weir: eventual */ " + Register.READ);
            assertThat(eventual.route()).isEqualTo("replica");
            assertThat(eventual.needed()).isNull();
            assertThat(eventual.has()).isNotNull();
            Plan bounded = Plan.of(connection, "/* weir: eventual max-staleness=1ms */ " + Register.READ);
            assertThat(bounded.route()).isEqualTo("primary");
            assertThat(bounded.needed()).as("a bound asks for a time").isNull();
            Plan strong = Plan.of(connection, "/* weir: strong */ " + Register.READ);
            assertThat(strong.route()).isEqualTo("primary");
            assertThat(Plan.of(connection, "SELECT 1").needed()).isNull();
            connection.setClientInfo("weir.consistency", "eventual");
            assertThat(Plan.of(connection, Register.READ).route()).isEqualTo("replica");
            try (ResultSet row = statement.executeQuery("SHOW weir.session")) {
                row.next();
                assertThat(row.getString("consistency")).isEqualTo("eventual");
                assertThat(row.getString("token")).isNotBlank();
                assertThat(row.getBoolean("in_transaction")).isFalse();
            }
        }
    }

    @Test
    void shouldSayHowFarBehindEachReplicaIs(PostgresCluster cluster) throws Exception {
        createOn(cluster);
        cluster.standby1().pauseReplay();
        cluster.standby2().pauseReplay();
        String url = cluster.weirUrl() + "&weir.sessionScope=connection&weir.noReplica=fail&weir.waitForReplica=50ms";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE register SET n = 9");
            long began = System.nanoTime();
            assertThatThrownBy(() -> Register.read(connection))
                    .isInstanceOf(SQLTransientException.class)
                    .hasMessageContaining(cluster.standby1().address())
                    .hasMessageContaining(cluster.standby2().address())
                    .hasMessageMatching(
                            "(?s).* is at LSN \\d+, [1-9]\\d* short of \\d+, at most \\d+ ms behind the primary.*")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("55000");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        }
    }
}
