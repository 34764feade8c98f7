package dev.weir.it.endurance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpNode;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * {@code -Dweir.transactions=5000000} runs so many through a cluster in processes of their own and this JVM's driver, restarting a node twelve times
 * meanwhile: memory, threads and files stay as they are, the log stays within its limit, and in the end the replicas equal the primary.
 */
@EnabledIfSystemProperty(
        named = "weir.transactions",
        matches = "[0-9]+",
        disabledReason = "It takes an hour; give how many, as in -Dweir.transactions=5000000")
final class EnduranceTest {
    private static final long TRANSACTIONS = Long.getLong("weir.transactions", 0);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int WRITERS = 6;
    private static final int READERS = 2;
    private static final int PARTS = 12;
    private static final long LOG_LIMIT = 64L << 20;
    /** A segment of the log and what came since it was last looked at. */
    private static final long LOG_SLACK = 16L << 20;

    private final Map<String, List<Sample>> samples = new TreeMap<>();

    /** A JVM and, if it is a node's, its store. */
    private record Sample(Footprint footprint, long storeBytes) {}

    @Test
    void shouldNotGrowWhileNodesAreRestarted() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.start(2, "", "--log-max-size", "64m", "--log-keep", "10s")) {
            try (Connection connection = cluster.connect()) {
                Traffic.createTables(connection, WRITERS);
            }
            long beganAt = System.nanoTime();
            try (Traffic traffic = Traffic.start(cluster, WRITERS, READERS, TRANSACTIONS)) {
                for (int part = 1; part <= PARTS; part++) {
                    awaitCommits(traffic, TRANSACTIONS / PARTS * part - TRANSACTIONS / PARTS / 2);
                    look(cluster, part, traffic, beganAt);
                    awaitCommits(traffic, TRANSACTIONS / PARTS * part);
                    if (part < PARTS) {
                        restart(cluster, part);
                    }
                }
                traffic.await();
                System.out.printf("in %d s: %s%n", secondsSince(beganAt), traffic);
                assertThat(traffic.torn()).as("reads of half a transaction").isZero();
            }
            Equality.awaitCaughtUp(cluster, PATIENCE);
            assertThat(Equality.differences(cluster)).isEmpty();
        }
        assertFlat();
    }

    private void assertFlat() {
        samples.forEach((name, all) -> {
            assertFlat(name + " heap", all, sample -> sample.footprint.heap(), 1.3, 16L << 20);
            assertFlat(name + " threads", all, sample -> sample.footprint.threads(), 1, 6);
            assertFlat(name + " descriptors", all, sample -> sample.footprint.descriptors(), 1, 12);
            assertFlat(name + " store", all, Sample::storeBytes, 2, LOG_LIMIT);
        });
    }

    /** The log of an embedded primary is kept for ten minutes, within a gigabyte. */
    @Test
    void shouldNotGrowInOneProcessWhileStoresAreReopened() throws Exception {
        H2EmbeddedCluster cluster = H2EmbeddedCluster.onFiles(2);
        long beganAt = System.nanoTime();
        try {
            try (Connection connection = cluster.connect()) {
                Traffic.createTables(connection, WRITERS);
            }
            for (int part = 1; part <= PARTS; part++) {
                try (Traffic traffic = Traffic.start(cluster, WRITERS, READERS, TRANSACTIONS / PARTS)) {
                    awaitCommits(traffic, TRANSACTIONS / PARTS / 2);
                    cluster.localReplicas().get(part % 2).restart();
                    awaitCommits(traffic, TRANSACTIONS / PARTS);
                    traffic.await();
                    look(cluster, part, traffic, beganAt);
                    assertThat(traffic.torn()).as("reads of half a transaction").isZero();
                }
                if (part < PARTS) {
                    cluster = cluster.reopened();
                }
            }
            Equality.awaitCaughtUp(cluster, PATIENCE);
            assertThat(Equality.differences(cluster)).isEmpty();
        } finally {
            cluster.close();
        }
        assertFlat();
    }

    private void look(H2EmbeddedCluster cluster, int part, Traffic traffic, long beganAt)
            throws IOException, SQLException {
        System.out.printf(
                "part %d after %d s: %s; log %.1f MB%n", part, secondsSince(beganAt), traffic, logBytes(cluster) / 1e6);
        note("process", new Sample(Footprint.of(ProcessHandle.current().pid()), 0));
        List<H2Store> stores = new ArrayList<>(cluster.replicas());
        stores.add(cluster.primary());
        for (H2Store store : stores) {
            System.out.printf("  %s: store %.1f MB%n", store, Files.size(H2EmbeddedCluster.fileOf(store)) / 1e6);
        }
    }

    private static void awaitCommits(Traffic traffic, long commits) {
        Awaitility.await(commits + " commits")
                .pollInterval(Duration.ofMillis(100))
                .forever()
                .until(() -> traffic.committed() >= commits);
    }

    /** Ends one of the nodes by turns, in order or at once, and starts it again. */
    private static void restart(H2TcpCluster cluster, int part) {
        H2TcpNode node = cluster.nodes().get(part % 3);
        if (part % 2 == 0) {
            node.stop();
        } else {
            node.kill();
        }
        node.begin();
        node.awaitServing(PATIENCE);
        System.out.printf("%s %s and started%n", node, part % 2 == 0 ? "stopped" : "killed");
    }

    private void look(H2TcpCluster cluster, int part, Traffic traffic, long beganAt) throws IOException, SQLException {
        long log = logBytes(cluster);
        System.out.printf("part %d after %d s: %s; log %.1f MB%n", part, secondsSince(beganAt), traffic, log / 1e6);
        assertThat(log).as("bytes of the log").isLessThan(LOG_LIMIT + LOG_SLACK);
        note("driver", new Sample(Footprint.of(ProcessHandle.current().pid()), 0));
        for (H2TcpNode node : cluster.nodes()) {
            note(node.name(), new Sample(Footprint.of(node.pid()), Files.size(cluster.storeFile(node))));
        }
    }

    private void note(String name, Sample sample) {
        System.out.printf("  %s: %s, store %.1f MB%n", name, sample.footprint, sample.storeBytes / 1e6);
        samples.computeIfAbsent(name, key -> new ArrayList<>()).add(sample);
    }

    private static long logBytes(H2Cluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT COALESCE(SUM(OCTET_LENGTH(BODY)) + 160 * COUNT(*), 0) FROM WEIR.LOG")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static long secondsSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toSeconds();
    }

    /** The greatest figure of the last third is not above the greatest of the first third, but for some allowance. */
    private static void assertFlat(
            String what, List<Sample> all, ToLongFunction<Sample> figure, double factor, long more) {
        int third = all.size() / 3;
        long first = most(all.subList(0, third), figure);
        long last = most(all.subList(all.size() - third, all.size()), figure);
        assertThat(last).as("%s, at first %d", what, first).isLessThanOrEqualTo((long) (first * factor) + more);
    }

    private static long most(List<Sample> some, ToLongFunction<Sample> figure) {
        return some.stream().mapToLong(figure).max().orElseThrow();
    }
}
