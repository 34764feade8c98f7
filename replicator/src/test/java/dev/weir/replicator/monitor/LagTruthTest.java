package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.replicator.LocalReplica;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what the monitor says of a lag against a lag that is known, on real stores. */
class LagTruthTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final AtomicReference<Duration> wallOffset = new AtomicReference<>(Duration.ZERO);
    private final AtomicBoolean broken = new AtomicBoolean();
    private StoreUrl url;
    private PrimaryStore primary;
    private LoggedWriter writer;
    private LocalReplica replica;
    private H2Probe probe;
    private boolean primaryOpen = true;

    /** A thread that dies is what is looked at here, not a failure of the test. */
    @BeforeAll
    static void leaveThreadsAlone() {
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    @BeforeEach
    void start() throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        primary = PrimaryStore.open(url, "SA", "pw");
        writer = new LoggedWriter(url.jdbc(), "SA", "pw");
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        StoreUrl store = url.sibling("-r1");
        PrimaryAccess access = new PrimaryAccess(url, "SA", "pw");
        Replication replication = new Replication(new ReplicaSite("r1", store, store.jdbc()), access, System::nanoTime);
        replica = new LocalReplica(
                replication,
                () -> {
                    flush();
                    if (broken.get()) {
                        throw new IllegalStateException("broken on purpose");
                    }
                    return replication.work();
                },
                Duration.ofMillis(2));
        InstantSource clock = () -> Instant.now().plus(wallOffset.get());
        probe = new H2Probe(new RunningCluster(access, List.of(replica)), "SA", "pw", clock);
        replica.start();
        await().atMost(LIMIT).until(() -> r1().state() == NodeState.STREAMING);
    }

    private void flush() {
        if (primaryOpen) {
            try {
                primary.flush();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @AfterEach
    void stop() throws SQLException {
        replica.close();
        probe.close();
        if (primaryOpen) {
            writer.close();
            primary.close();
        }
    }

    private ReplicaSample r1() {
        return probe.take().replicas().get(0);
    }

    private void insert(int from, int count) throws SQLException {
        for (int i = from; i < from + count; i++) {
            writer.sql("INSERT INTO T VALUES(" + i + ", 0)", 1);
        }
    }

    /** Pauses the replica and waits until that has taken effect. */
    private void pause() {
        replica.pause();
        await().atMost(LIMIT).until(() -> r1().state() == NodeState.STOPPED);
    }

    @Test
    void shouldTellEntriesExactlyAndTimeByPrimarysCommitTimesWhenApplyIsDelayed() throws SQLException {
        pause();
        for (int delayed : new int[] {1, 10, 100}) {
            replica.pause();
            int from = delayed * 1_000;
            Instant before = Instant.now();
            insert(from, delayed);
            Instant oldest = committedAt(r1().appliedLsn().orElseThrow() + 1);
            for (Duration age : List.of(Duration.ofMillis(300), Duration.ofMillis(700))) {
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> Duration.between(before, Instant.now()).compareTo(age) > 0);

                Instant asked = Instant.now();
                ReplicaSample told = r1();
                Instant answered = Instant.now();

                assertThat(told.lagEntries()).hasValue(delayed);
                // H2's clock has microseconds; the truth lies between the moments before and after the question.
                assertThat(told.lag().orElseThrow())
                        .isBetween(
                                Duration.between(oldest, asked).minusMillis(2),
                                Duration.between(oldest, answered).plusMillis(2));
            }
            replica.resume();
            await().atMost(LIMIT).until(() -> r1().lagEntries().equals(OptionalLong.of(0)));
            assertThat(r1().lag()).contains(Duration.ZERO);
        }
    }

    private Instant committedAt(long lsn) throws SQLException {
        try (Connection connection = Sessions.open(url, "SA", "pw");
                PrimaryQuestions questions = new PrimaryQuestions(connection)) {
            return questions.committedAt(lsn).orElseThrow();
        }
    }

    @Test
    void shouldTellZeroWhenPrimaryIsIdle() throws SQLException {
        insert(1, 5);
        await().atMost(LIMIT).until(() -> r1().lagEntries().equals(OptionalLong.of(0)));

        writer.run("SELECT 1").run("COMMIT");
        ReplicaSample told = r1();

        assertThat(told.lag()).contains(Duration.ZERO);
        assertThat(told.state()).isEqualTo(NodeState.STREAMING);
    }

    @Test
    void shouldTellGrowingLagAndDeadThreadWhenReplicaHasDied() throws SQLException {
        broken.set(true);
        await().atMost(LIMIT).until(() -> !replica.trouble().isEmpty());
        insert(1, 7);

        ReplicaSample first = r1();
        ReplicaSample second = r1();

        assertThat(first.lagEntries()).hasValue(7);
        assertThat(second.lag().orElseThrow()).isGreaterThan(first.lag().orElseThrow());
        assertThat(first.state()).isEqualTo(NodeState.STALLED);
        assertThat(first.reason()).startsWith("its thread failed: ").contains("broken on purpose");
        assertThat(first.reached()).contains(false);
    }

    @Test
    void shouldTellUnknownAndNotZeroWhenPrimaryIsGone() throws Exception {
        pause();
        insert(1, 3);
        assertThat(r1().lagEntries()).hasValue(3);
        primaryOpen = false;
        try (Connection admin = Sessions.open(url, "SA", "pw")) {
            Sessions.execute(admin, "SHUTDOWN IMMEDIATELY");
        } catch (SQLException closing) {
            assertThat(closing.getErrorCode()).isEqualTo(90098);
        }
        Files.move(url.file(), directory.resolve("elsewhere.mv.db"));

        ClusterSample told = probe.take();

        assertThat(told.primary()).isEmpty();
        assertThat(told.trouble()).isNotEmpty();
        assertThat(told.replicas().get(0).lagEntries()).isEmpty();
        assertThat(told.replicas().get(0).lag()).isEmpty();
        assertThat(told.replicas().get(0).appliedLsn()).isPresent();
    }

    @Test
    void shouldTellSkewAndTheSameLagWhenClocksDiffer() throws SQLException {
        pause();
        insert(1, 4);
        for (Duration offset : List.of(Duration.ofSeconds(30), Duration.ofSeconds(-30))) {
            Instant oldest = committedAt(r1().appliedLsn().orElseThrow() + 1);
            wallOffset.set(offset);

            Instant asked = Instant.now();
            ReplicaSample told = r1();
            Instant answered = Instant.now();

            assertThat(told.lagEntries()).hasValue(4);
            assertThat(told.lag().orElseThrow())
                    .isBetween(
                            Duration.between(oldest, asked).minusMillis(2),
                            Duration.between(oldest, answered).plusMillis(2));
            assertThat(told.clockSkew().orElseThrow().minus(offset).abs())
                    .isLessThan(Duration.between(asked, answered).plusMillis(10));
        }
    }

    @Test
    void shouldTellWhatItHasSeenWhenApplicationsClockIsWrong() throws SQLException {
        for (Duration skew : List.of(Duration.ofSeconds(-30), Duration.ofSeconds(30))) {
            pause();
            Instant before = Instant.now();
            r1();
            writer.skew(skew);
            insert(skew.isNegative() ? 100 : 200, 4);
            r1();
            Instant seen = Instant.now();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Duration.between(seen, Instant.now()).toMillis() > 300);

            ReplicaSample told = r1();
            Instant answered = Instant.now();

            assertThat(told.lagEntries()).hasValue(4);
            assertThat(told.lag().orElseThrow()).isBetween(Duration.ofMillis(290), Duration.between(before, answered));
            replica.resume();
            await().atMost(LIMIT).until(() -> r1().lagEntries().equals(OptionalLong.of(0)));
        }
    }

    @Test
    void shouldSayOnceThatClocksDifferWhenTheyDo() {
        wallOffset.set(Duration.ofSeconds(-30));
        List<Alert> told = new ArrayList<>();
        Monitor monitor = new Monitor(probe, Thresholds.DEFAULT, List.of(told::add));

        monitor.work();
        monitor.work();

        assertThat(told).singleElement().satisfies(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.CLOCK_SKEW);
            assertThat(alert.message()).contains("30.0 s").contains("behind").contains("Synchronise");
            assertThat(alert.start().atOffset(ZoneOffset.UTC).toInstant())
                    .isBefore(Instant.now().minusSeconds(20));
        });
    }
}
