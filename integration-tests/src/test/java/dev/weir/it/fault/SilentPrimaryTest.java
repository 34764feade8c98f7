package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.process.Relay;
import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.ReplicaView;
import dev.weir.replicator.monitor.Thresholds;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.ReplicaState;
import dev.weir.replicator.replica.ReplicaStatus;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.Snapshot;
import dev.weir.replicator.source.StoreUrl;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica and a monitor make of a primary whose network swallows everything while its connections stay open. */
final class SilentPrimaryTest {
    private static final String USER = "SA";
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** What the clock of the replica is ahead of this machine's. */
    private final AtomicLong ahead = new AtomicLong();

    private PrimaryStore primary;
    private Runner flusher;
    private Server server;
    private Relay relay;
    private PrimaryAccess access;
    private Replication replication;
    private LocalReplica replica;

    @BeforeEach
    void start() throws SQLException {
        StoreUrl store = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        primary = PrimaryStore.open(store, USER, "");
        flusher = new Runner("test-flush", this::flush, Duration.ofMillis(5));
        flusher.start();
        server = Server.createTcpServer("-tcpPort", "0", "-ifExists", "-tcpDaemon", "-key", "shop", store.location())
                .start();
        relay = new Relay(server.getPort());
        access = access(SHORT);
        StoreUrl copy = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop-r1"));
        replication = new Replication(
                new ReplicaSite("r1", copy, copy.jdbc()), access, () -> System.nanoTime() + ahead.get());
        replica = new LocalReplica(replication, replication::work, Duration.ofMillis(5));
    }

    private PrimaryAccess access(Duration patience) {
        return new PrimaryAccess(
                StoreUrl.parse("jdbc:h2:tcp://127.0.0.1:" + relay.port() + "/shop"), USER, "", patience);
    }

    private int flush() {
        try {
            return primary.flush() ? 1 : 0;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() throws SQLException {
        relay.close();
        replica.close();
        flusher.close();
        server.stop();
        primary.close();
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).pollInterval(Duration.ofMillis(20)).atMost(LIMIT).until(condition);
    }

    private void write(String sql) throws SQLException {
        String url = "jdbc:weir:h2:tcp://127.0.0.1:" + server.getPort() + "/shop";
        try (Connection connection = DriverManager.getConnection(url, USER, "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void shouldStallAndComeBackWhenTheNetworkSwallowsEverything() throws Exception {
        replica.start();
        write("CREATE TABLE T(ID INT PRIMARY KEY)");
        await("the table", () -> replica.status().applied().value() == 1 && isStreaming());
        try (Monitor monitor = monitor()) {
            relay.swallow();
            write("INSERT INTO T VALUES (1)");
            // The replica waits for an answer; whoever asks it after some seconds is not told the lag of before.
            ahead.set(Duration.ofSeconds(6).toNanos());
            ReplicaStatus waiting = replica.status();
            assertThat(waiting.lagEntries()).isEmpty();
            assertThat(waiting.lag()).isEmpty();
            await("the silence to be noticed", () -> replica.status().state() == ReplicaState.STALLED);
            assertThat(replica.status())
                    .satisfies(status -> assertThat(status.blocked()).isEqualTo(ReplicaStatus.Blocked.BY_PRIMARY))
                    .satisfies(status -> assertThat(status.message()).contains("primary: ", "no answer came for 0.5 s"))
                    .satisfies(status -> assertThat(status.lagEntries()).isEmpty())
                    .satisfies(status -> assertThat(status.lag()).isEmpty());

            monitor.work();
            assertThat(monitor.overview().orElseThrow().sample().primary()).isEmpty();
            assertThat(monitor.overview().orElseThrow().sample().trouble()).contains("no answer came for 0.5 s");
            ReplicaView view = monitor.overview().orElseThrow().replicas().get(0);
            assertThat(view.state()).isEqualTo(NodeState.STALLED);
            assertThat(view.sample().lag()).isEmpty();
            assertThat(view.sample().lagEntries()).isEmpty();

            relay.pass();
            await("the replica to go on", () -> replica.status().applied().value() == 2 && isStreaming());
            await("the monitor to know the lag", () -> {
                monitor.work();
                ReplicaView known = monitor.overview().orElseThrow().replicas().get(0);
                return known.sample().lagEntries().orElse(-1) == 0;
            });
        }
    }

    private boolean isStreaming() {
        return replica.status().state() == ReplicaState.STREAMING;
    }

    private Monitor monitor() {
        Monitor monitor = new Monitor(
                new H2Probe(new RunningCluster(access, List.of(replica)), USER, "", InstantSource.system()),
                Thresholds.DEFAULT,
                List.of());
        await("the monitor to see the primary", () -> {
            monitor.work();
            return monitor.overview().orElseThrow().sample().primary().isPresent();
        });
        return monitor;
    }

    @Test
    void shouldBreakOffACopyOfAPrimaryThatFellSilent() throws Exception {
        try (Snapshot snapshot = access.openSnapshot()) {
            relay.swallow();
            CompletableFuture<Boolean> copy = CompletableFuture.supplyAsync(() -> stream(snapshot));
            assertThatThrownBy(() -> copy.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .rootCause()
                    .hasFieldOrPropertyWithValue("SQLState", "90067");
        }
    }

    @Test
    void shouldLetALongStatementOfACopyRunWhileThePrimaryAnswersOthers() throws Exception {
        Duration patience = Duration.ofSeconds(1);
        try (Connection holder = Sessions.open(StoreUrl.parse("jdbc:h2:" + directory.resolve("shop")), USER, "");
                Snapshot snapshot = access(patience).openSnapshot()) {
            holder.setAutoCommit(false);
            Sessions.execute(holder, "SELECT ID FROM WEIR.DDL_LOCK FOR UPDATE");
            CompletableFuture<Boolean> copy = CompletableFuture.supplyAsync(() -> stream(snapshot));
            Awaitility.await("longer than the patience")
                    .during(patience.plus(SHORT))
                    .atMost(LIMIT)
                    .until(() -> !copy.isDone());
            holder.rollback();
            assertThat(copy.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean stream(Snapshot snapshot) {
        try {
            return snapshot.stream(line -> {});
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
