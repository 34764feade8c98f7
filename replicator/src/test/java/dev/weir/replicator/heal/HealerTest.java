package dev.weir.replicator.heal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.SessionContext;
import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.Runner;
import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.heal.Step.Outcome;
import dev.weir.replicator.monitor.Alert;
import dev.weir.replicator.monitor.AlertKind;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.LagLimits;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.Severity;
import dev.weir.replicator.monitor.Thresholds;
import dev.weir.replicator.replica.Sabotage;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.testing.LoggedWriter;
import dev.weir.replicator.testing.WatchedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breaks real replicas in every way that the healer knows, and sees them healed or left with the right alert. */
@SuppressWarnings("NullAway.Init")
class HealerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final HealPolicy EAGER = new HealPolicy(
            Duration.ofMillis(300), Duration.ofSeconds(3), Duration.ofSeconds(60), 4, Duration.ofHours(1), false);

    @TempDir
    Path directory;

    private WatchedCluster cluster;
    private LoggedWriter writer;
    private Monitor monitor;
    private Healer healer;
    private HealingTable table;
    private int rows;
    private boolean started;

    /** A thread that dies is what is looked at here, not a failure of the test. */
    @BeforeAll
    static void leaveThreadsAlone() {
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    private void start(int replicas, HealPolicy policy) throws SQLException {
        start(new WatchedCluster(directory, replicas), policy, LagLimits.DEFAULT);
    }

    private void start(WatchedCluster made, HealPolicy policy, LagLimits limits) throws SQLException {
        cluster = made;
        writer = cluster.writer();
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
        insert(10);
        cluster.start();
        Duration second = Duration.ofSeconds(1);
        monitor = new Monitor(
                new H2Probe(cluster.cluster(), WatchedCluster.USER, WatchedCluster.PASSWORD, InstantSource.system()),
                Thresholds.DEFAULT.withLag(limits, Map.of()).withTimes(second, second.multipliedBy(2), second, second),
                List.of());
        started = true;
        healer = new Healer(cluster.cluster(), monitor, policy, InstantSource.system(), System::nanoTime);
        table = new HealingTable(cluster.cluster().primary());
        for (LocalReplica replica : cluster.cluster().replicas()) {
            awaitStreaming(replica.name());
        }
    }

    @AfterEach
    void stop() throws SQLException {
        if (started) {
            started = false;
            monitor.close();
            writer.close();
            cluster.close();
        }
    }

    private void insert(int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            writer.sql("INSERT INTO T VALUES(" + ++rows + ", 'v')", 1);
        }
    }

    private void round() {
        monitor.work();
        healer.work();
    }

    private NodeState state(String name) {
        return monitor.overview().orElseThrow().replicas().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private void awaitStreaming(String name) throws SQLException {
        long head = head();
        await().atMost(LIMIT).until(() -> {
            round();
            return state(name) == NodeState.STREAMING && cluster.replica(name).appliedLsn() >= head;
        });
    }

    private long head() throws SQLException {
        try (Connection connection = Sessions.open(cluster.url(), WatchedCluster.USER, WatchedCluster.PASSWORD)) {
            return Sessions.queryLong(connection, "SELECT LSN FROM WEIR.HEAD");
        }
    }

    private Step awaitStep(Rung rung, Outcome outcome) {
        return await().atMost(LIMIT)
                .until(
                        () -> {
                            round();
                            return table.newest(50).stream()
                                    .filter(step -> step.rung() == rung && step.outcome() == outcome)
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private Alert awaitAlert(AlertKind kind, Severity severity) {
        return await().atMost(LIMIT)
                .until(
                        () -> {
                            round();
                            return monitor.overview().orElseThrow().open().stream()
                                    .filter(alert -> alert.kind() == kind && alert.severity() == severity)
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private void awaitNoHealingAlert() {
        await().atMost(LIMIT).until(() -> {
            round();
            return monitor.overview().orElseThrow().open().stream()
                    .noneMatch(alert -> alert.kind() == AlertKind.HEALING);
        });
    }

    private void assertEqual(String name) throws SQLException {
        try (Connection left = Sessions.open(cluster.url(), WatchedCluster.USER, WatchedCluster.PASSWORD);
                Connection right = Sessions.open(
                        cluster.replica(name).site().store().with("IFEXISTS", "TRUE"),
                        WatchedCluster.USER,
                        WatchedCluster.PASSWORD)) {
            assertThat(StoreComparison.compare(left, right))
                    .isNotEmpty()
                    .allSatisfy(result -> assertThat(result.difference()).isEmpty());
        }
    }

    private Connection sabotage(String name) throws SQLException {
        return Sabotage.open(cluster.replica(name).site());
    }

    @Test
    void shouldRestartWhenThreadFails() throws SQLException {
        start(1, EAGER);
        cluster.kill("r1");
        insert(5);

        awaitStep(Rung.RESTART, Outcome.PENDING);
        cluster.cure("r1");

        Step healed = awaitStep(Rung.RESTART, Outcome.HEALED);
        assertThat(healed.cause()).startsWith("THREAD: its thread failed");
        assertThat(healed.effect()).startsWith("sound at LSN");
        awaitStreaming("r1");
        assertEqual("r1");
    }

    @Test
    void shouldLeaveItToAPersonWhenBudgetIsSpent() throws SQLException {
        start(
                1,
                new HealPolicy(
                        EAGER.patience(), Duration.ofMillis(300), EAGER.copyTime(), 1, Duration.ofHours(1), false));
        cluster.kill("r1");
        insert(1);

        Alert alert = awaitAlert(AlertKind.HEALING, Severity.CRITICAL);

        assertThat(alert.message())
                .contains("Replica r1 needs a person: THREAD")
                .contains("Its one step is spent. To do: ");
        assertThat(table.newest(10)).extracting(Step::rung).containsExactly(Rung.GIVE_UP, Rung.RESTART);
        assertThat(table.newest(10)).extracting(Step::outcome).containsOnly(Outcome.FAILED);

        cluster.cure("r1");
        cluster.replica("r1").restart();
        awaitStreaming("r1");
        awaitNoHealingAlert();
        assertEqual("r1");
    }

    @Test
    void shouldDoNothingWhenEntryFailsOnce() throws SQLException {
        start(1, new HealPolicy(LIMIT, LIMIT, LIMIT, 4, LIMIT, false));
        try (Connection lock = sabotage("r1")) {
            lock.setAutoCommit(false);
            Sessions.execute(lock, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");
            writer.sql("UPDATE T SET V = 'w' WHERE ID = 1", 1);
            await().atMost(LIMIT).until(() -> {
                round();
                return state("r1") == NodeState.STALLED;
            });
        }

        awaitStreaming("r1");
        assertThat(table.newest(10)).isEmpty();
        assertEqual("r1");
    }

    @Test
    void shouldRestartWhenEntryStaysLockedOut() throws SQLException {
        start(1, EAGER);
        Connection lock = sabotage("r1");
        try (lock) {
            lock.setAutoCommit(false);
            Sessions.execute(lock, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");
            writer.sql("UPDATE T SET V = 'w' WHERE ID = 1", 1);
            Step begun = awaitStep(Rung.RESTART, Outcome.PENDING);
            assertThat(begun.cause()).startsWith("STUCK: replica:");
        }

        awaitStreaming("r1");
        await().atMost(LIMIT).untilAsserted(() -> {
            round();
            assertThat(table.newest(10))
                    .allSatisfy(step -> assertThat(step.outcome()).isIn(Outcome.HEALED, Outcome.FAILED));
        });
        assertEqual("r1");
    }

    @Test
    void shouldCopyAnewWhenDataWasAlteredByHand() throws SQLException {
        start(1, EAGER);
        for (int round = 1; round <= 2; round++) {
            try (Connection hand = sabotage("r1")) {
                Sessions.execute(hand, "DELETE FROM T WHERE ID = " + round);
            }
            // The first time the replica itself copies the primary anew; the second time it says that it has diverged.
            writer.sql("UPDATE T SET V = 'w' WHERE ID = " + round, 1);
            awaitStreaming("r1");
            assertEqual("r1");
        }

        Step healed = awaitStep(Rung.RESYNC, Outcome.HEALED);
        assertThat(healed.cause()).startsWith("DIVERGED").contains("0 rows here and 1 on the primary");
    }

    @Test
    void shouldLeaveItToAPersonWhenNoCopyTakesTheLog() throws SQLException {
        start(1, EAGER);
        Runner poison = new Runner(
                "test-poison",
                () -> {
                    try {
                        writer.commit(
                                new Sql(SessionContext.DEFAULT, "UPDATE T SET V = 'x' WHERE ID = 1", List.of(), 7));
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    return 0;
                },
                Duration.ofMillis(50));
        poison.start();
        try {
            Alert alert = awaitAlert(AlertKind.HEALING, Severity.CRITICAL);

            assertThat(alert.message())
                    .contains("Replica r1 needs a person")
                    .contains("1 rows here and 7 on the primary")
                    .contains("To do: look at the entry");
            assertThat(table.newest(50)).extracting(Step::rung).contains(Rung.RESYNC, Rung.GIVE_UP);
        } finally {
            poison.close();
        }
    }

    @Test
    void shouldCopyAnewWhenFileWasDeletedAndAnotherReplicaServes() throws Exception {
        start(2, EAGER);
        Path file = cluster.replica("r1").site().store().file();
        Files.delete(file);

        Step healed = awaitStep(Rung.RESYNC, Outcome.HEALED);

        assertThat(healed.cause()).startsWith("FILE_GONE");
        assertThat(file).exists();
        insert(3);
        awaitStreaming("r1");
        assertEqual("r1");
    }

    @Test
    void shouldNotTakeTheLastReplicaFromItsReaders() throws Exception {
        start(1, EAGER);
        Files.delete(cluster.replica("r1").site().store().file());

        long end = System.nanoTime() + EAGER.patience().multipliedBy(5).toNanos();
        await().atMost(LIMIT).until(() -> {
            round();
            assertThat(cluster.replica("r1").appliedLsn()).isNotNegative();
            return System.nanoTime() > end;
        });

        assertThat(table.newest(10)).isEmpty();
    }

    @Test
    void shouldCopyOneAfterTheOtherWhenAllAreAilingAtOnce() throws Exception {
        start(3, EAGER);
        for (LocalReplica replica : cluster.cluster().replicas()) {
            Files.delete(replica.site().store().file());
        }

        await().atMost(LIMIT).until(() -> {
            round();
            List<Step> steps = table.newest(50);
            long copying = steps.stream()
                    .filter(step -> step.outcome() == Outcome.PENDING)
                    .count();
            assertThat(copying).isLessThanOrEqualTo(1);
            assertThat(cluster.cluster().replicas()).anyMatch(replica -> replica.appliedLsn() >= 0);
            return steps.stream()
                            .filter(step -> step.outcome() == Outcome.HEALED)
                            .count()
                    == 3;
        });
    }

    @Test
    void shouldEnlargeBatchesWhenReplicaIsSlow() throws SQLException {
        LagLimits strict = new LagLimits(Duration.ofMillis(100), Duration.ofMillis(200));
        start(new WatchedCluster(directory, 2), EAGER, strict);
        cluster.slow("r1");
        Runner load = new Runner(
                "test-load",
                () -> {
                    try {
                        insert(1);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    return 0;
                },
                Duration.ofMillis(20));
        load.start();
        try {
            Step begun = awaitStep(Rung.ENLARGE_BATCHES, Outcome.PENDING);
            assertThat(begun.cause()).startsWith("SLOW");
        } finally {
            load.close();
        }
        cluster.cure("r1");

        awaitStep(Rung.ENLARGE_BATCHES, Outcome.HEALED);
        awaitStreaming("r1");
        assertEqual("r1");
    }

    @Test
    void shouldOnlyShowWhenNothingIsToBeDone() throws SQLException {
        start(1, EAGER.withDryRun(true));
        cluster.kill("r1");
        insert(1);

        Step shown = awaitStep(Rung.RESTART, Outcome.SHOWN);

        assertThat(shown.effect()).isEqualTo("only shown");
        assertThat(awaitAlert(AlertKind.HEALING, Severity.INFO).message()).contains("would restart for THREAD");
        assertThat(cluster.replica("r1").trouble()).isNotEmpty();
    }

    @Test
    void shouldSayThatRoomIsNeededAndGoOnWhenDiskWasFull() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                command("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small.toString()),
                "The full disk was not tried: no tmpfs can be mounted here");
        try {
            start(new WatchedCluster(directory, small, 1), EAGER, LagLimits.DEFAULT);
            command("dd", "if=/dev/zero", "of=" + small.resolve("filler"), "bs=64k");
            insert(3_000);

            Alert alert = awaitAlert(AlertKind.HEALING, Severity.CRITICAL);
            assertThat(alert.message()).contains("DISK_FULL").contains("To do: make room");
            assertThat(table.newest(10)).extracting(Step::rung).containsOnly(Rung.GIVE_UP);

            Files.delete(small.resolve("filler"));
            command("mount", "-o", "remount,size=64m", small.toString());
            awaitStreaming("r1");
            awaitNoHealingAlert();
            assertEqual("r1");
        } finally {
            stop();
            command("umount", "-l", small.toString());
        }
    }

    private static boolean command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
