package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Store;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import dev.weir.it.h2.H2TcpNode;
import dev.weir.it.load.Acknowledged;
import dev.weir.it.load.Load;
import dev.weir.it.load.LoadSettings;
import dev.weir.it.load.LoadTables;
import dev.weir.it.load.Miss;
import dev.weir.it.load.Tally;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code kill -9} of nodes under load: nothing acknowledged and durable is lost, nothing is applied twice, and in the end the replicas equal the primary.
 * The process of a replica is also its replicator. {@code -Dweir.rounds=20} kills that often.
 */
@ExtendWith(H2TcpExtension.class)
final class TcpCrashTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final int WRITERS = 8;
    private static final String DURABLE =
            "SELECT I.DURABLE_LSN FROM WEIR.INCARNATION I JOIN WEIR.HEAD H ON H.INCARNATION = I.INCARNATION";

    @Test
    void shouldLoseNothingDurableWhenPrimaryIsKilled(H2TcpCluster cluster) throws Exception {
        createTables(cluster);
        for (int round = 1; round <= Seeds.rounds(1); round++) {
            LoadSettings settings = settings(round);
            SplittableRandom random = new SplittableRandom(settings.seed());
            try (Load load = Load.start(settings, cluster::connect)) {
                awaitCommits(load, 100 + random.nextInt(300));
                List<List<Long>> durable = rounds(load.acknowledged());
                awaitDurable(cluster.primary());
                awaitCommits(load, random.nextInt(200));
                assertThat(load.tally().misses())
                        .as("missed writes, %s", settings)
                        .isEmpty();
                ShippedEntries shipped = ShippedEntries.on(cluster);
                load.beginOutage();
                cluster.primaryNode().kill();
                shipped.observe();
                cluster.primaryNode().start();
                load.endOutage();
                shipped.observe();
                awaitCommits(load, 100);
                Tally tally = load.stop();
                System.out.println("primary killed, " + settings + ": " + tally);
                assertThat(missesOfDurable(tally, durable))
                        .as("durable writes that were missed, %s", settings)
                        .isEmpty();
                assertThat(tally.unexpected())
                        .as("failures, %s", settings)
                        .allMatch(TcpCrashTest::saysThatWritesAreLost);
                assertSettled(cluster, durable, settings);
                assertThat(shipped.absentFrom(cluster.primary()))
                        .as("entries on a replica that the primary's log does not hold, %s", settings)
                        .isEmpty();
                assertNothingRolledBack(cluster, load.acknowledged(), settings);
            }
            empty(cluster);
        }
    }

    @Test
    void shouldLoseNothingWhenReplicaIsKilled(H2TcpCluster cluster) throws Exception {
        createTables(cluster);
        for (int round = 1; round <= Seeds.rounds(1); round++) {
            LoadSettings settings = settings(round);
            SplittableRandom random = new SplittableRandom(settings.seed());
            try (Load load = Load.start(settings, cluster::connect)) {
                awaitCommits(load, 100 + random.nextInt(300));
                H2TcpNode victim = cluster.replicaNode(1 + random.nextInt(2));
                victim.kill();
                awaitCommits(load, random.nextInt(200));
                victim.start();
                awaitCommits(load, 50);
                Tally tally = load.stop();
                System.out.println(victim + " killed, " + settings + ": " + tally);
                assertThat(tally.misses()).as("missed writes, %s", settings).isEmpty();
                assertThat(tally.unexpected()).as("failures, %s", settings).isEmpty();
                assertSettled(cluster, rounds(load.acknowledged()), settings);
                assertNothingRolledBack(cluster, load.acknowledged(), settings);
            }
            empty(cluster);
        }
    }

    private static LoadSettings settings(int round) {
        long seed = Long.getLong("weir.seed", 4_000) + round;
        return new LoadSettings(seed, WRITERS, 2, Integer.MAX_VALUE, false, PATIENCE);
    }

    private static void createTables(H2TcpCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            LoadTables.create(connection, WRITERS);
        }
    }

    /** Leaves the marks, whose rounds begin anew, as a fresh load expects them. */
    private static void empty(H2TcpCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM LEDGER");
            statement.executeUpdate("DELETE FROM AUDIT");
            statement.executeUpdate("UPDATE MARK SET ROUND = 0, COMMITS = 0");
        }
    }

    private static void awaitCommits(Load load, int more) {
        long target = load.tally().commits() + more;
        Awaitility.await(more + " more commits")
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> load.tally().commits() >= target);
    }

    private static List<List<Long>> rounds(Acknowledged acknowledged) {
        List<List<Long>> rounds = new ArrayList<>();
        for (int writer = 0; writer < acknowledged.writers(); writer++) {
            rounds.add(acknowledged.rounds(writer));
        }
        return rounds;
    }

    /** After a crash a writer's mark may be older than what was acknowledged last, but never than what was durable. */
    private static List<Miss> missesOfDurable(Tally tally, List<List<Long>> durable) {
        return tally.misses().stream()
                .filter(miss -> miss.seen()
                        < durable.get(miss.writer()).stream()
                                .mapToLong(Long::longValue)
                                .max()
                                .orElse(0))
                .toList();
    }

    /** What a session is told whose transaction went with the primary, or that may have written or read what the crash took back. */
    private static boolean saysThatWritesAreLost(SQLException failure) {
        return failure instanceof SQLTransactionRollbackException && "40001".equals(failure.getSQLState());
    }

    private static void assertNothingRolledBack(H2TcpCluster cluster, Acknowledged acknowledged, LoadSettings settings)
            throws SQLException {
        for (int writer = 0; writer < WRITERS; writer++) {
            assertThat(ledger(cluster.primary(), writer))
                    .as("rounds of writer %d, %s", writer, settings)
                    .noneMatch(acknowledged.rolledBack(writer)::contains);
        }
    }

    private static void assertSettled(H2TcpCluster cluster, List<List<Long>> durable, LoadSettings settings)
            throws SQLException {
        Equality.awaitCaughtUp(cluster, CATCH_UP);
        List<H2Store> stores = new ArrayList<>(cluster.replicas());
        stores.add(cluster.primary());
        for (H2Store store : stores) {
            for (int writer = 0; writer < WRITERS; writer++) {
                Set<Long> ledger = ledger(store, writer);
                List<Long> lost = new ArrayList<>(durable.get(writer));
                lost.removeAll(ledger);
                assertThat(lost)
                        .as("durable rounds of writer %d lost on %s, %s", writer, store, settings)
                        .isEmpty();
                assertThat(store.number("SELECT COMMITS FROM MARK WHERE WRITER = " + writer))
                        .as("commits of writer %d counted on %s, %s", writer, store, settings)
                        .isEqualTo(ledger.size());
            }
        }
        assertThat(Equality.differences(cluster))
                .as("differences, %s", settings)
                .isEmpty();
    }

    private static Set<Long> ledger(H2Store store, int writer) throws SQLException {
        Set<Long> rounds = new HashSet<>();
        try (Connection connection = store.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT ROUND FROM LEDGER WHERE WRITER = " + writer)) {
            while (rows.next()) {
                rounds.add(rows.getLong(1));
            }
        }
        return rounds;
    }

    /** Waits until the primary says that all it has committed so far would survive. */
    private static void awaitDurable(H2Store primary) throws SQLException {
        long committed = primary.lsn();
        Awaitility.await("LSN " + committed + " durable")
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> primary.number(DURABLE) >= committed);
    }
}
