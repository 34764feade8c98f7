package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.load.Acknowledged;
import dev.weir.it.load.Load;
import dev.weir.it.load.LoadSettings;
import dev.weir.it.load.LoadTables;
import dev.weir.it.load.Soundness;
import dev.weir.it.load.Tally;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random concurrent histories on an embedded cluster: replicas equal the primary, nobody misses a write of their session, and writers that share no row
 * never meet a lock. A primary that H2 itself has corrupted proves nothing about replicas; such seeds are counted apart.
 */
final class EmbeddedLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int WRITERS = 8;
    private static final int READERS = 3;
    private static final int TRANSACTIONS = 60;

    private static int tried;
    private static int unsound;

    static LongStream seeds() {
        return Seeds.of(3);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldKeepReplicasEqualAndMeetNoLockWhenWritersHaveRowsOfTheirOwn(long seed) throws Exception {
        run(new LoadSettings(seed, WRITERS, READERS, TRANSACTIONS, false, PATIENCE));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void shouldKeepReplicasEqualWhenWritersContend(long seed) throws Exception {
        run(new LoadSettings(seed, WRITERS, READERS, TRANSACTIONS, true, PATIENCE));
    }

    private static void run(LoadSettings settings) throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(2)) {
            try (Connection connection = cluster.connect()) {
                LoadTables.create(connection, settings.writers());
            }
            try (Load load = Load.start(settings, cluster::connect)) {
                Tally tally = load.await();
                System.out.println(settings + ": " + tally);
                assertThat(tally.unexpected()).as("failures, %s", settings).isEmpty();
                assertThat(tally.losses())
                        .as("lost connections, first %s", tally.firstLoss())
                        .isZero();
                assertThat(tally.misses()).as("missed writes, %s", settings).isEmpty();
                if (!settings.contention()) {
                    assertThat(tally.conflicts())
                            .as("conflicts that plain H2 does not have, %s", settings)
                            .isEmpty();
                }
                tried++;
                if (isSound(cluster.primary(), settings)) {
                    assertCommitsOnce(cluster.primary(), load.acknowledged(), settings);
                    Equality.awaitCaughtUp(cluster, Duration.ofSeconds(30));
                    assertThat(Equality.differences(cluster))
                            .as("differences, %s", settings)
                            .isEmpty();
                }
            }
        }
    }

    private static boolean isSound(H2Store primary, LoadSettings settings) throws SQLException {
        try (Connection connection = primary.open()) {
            List<String> faults = Soundness.faults(connection);
            if (!faults.isEmpty()) {
                unsound++;
                System.out.println("H2 has corrupted the primary, " + settings + ": " + faults);
            }
            return faults.isEmpty();
        }
    }

    private static void assertCommitsOnce(H2Store primary, Acknowledged acknowledged, LoadSettings settings)
            throws SQLException {
        for (int writer = 0; writer < acknowledged.writers(); writer++) {
            assertThat(primary.number("SELECT COMMITS FROM MARK WHERE WRITER = " + writer))
                    .as("commits of writer %d, %s", writer, settings)
                    .isEqualTo(acknowledged.commits(writer));
        }
    }

    @AfterAll
    static void print() {
        System.out.printf("%d histories, of which %d on a primary that H2 itself had corrupted%n", tried, unsound);
    }
}
