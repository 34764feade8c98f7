package dev.weir.it.mix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.WeirDataSource;
import dev.weir.it.Seeds;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.load.Connections;
import java.sql.Connection;
import java.util.PrimitiveIterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Random concurrent histories with every type and many schema changes, embedded and over TCP, logged as rows and as statements where that is safe: replicas equal the primary after each.
 * {@code -Dweir.seeds=1000} runs so many in all, a quarter of them in each of the four ways; {@code -Dweir.seed=N} repeats one.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = ThreadMode.SEPARATE_THREAD)
final class MixedHistoryTest {
    private static final int BY_DEFAULT = 8;
    private static final String ROWS = ";weir.log.format=row";

    @Test
    void shouldKeepReplicasEqualWhenEmbeddedAndMixed() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1)) {
            run("embedded, mixed", 0, cluster, cluster::connect);
        }
    }

    @Test
    void shouldKeepReplicasEqualWhenEmbeddedAndLoggedAsRows() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1, ROWS)) {
            run("embedded, rows", 1, cluster, cluster::connect);
        }
    }

    @Test
    void shouldKeepReplicasEqualOverTcp() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.startWith(1, AuditTrigger.class)) {
            run("TCP, mixed", 2, cluster, cluster::connect);
            try (WeirDataSource source = new WeirDataSource();
                    Connection connection = cluster.connect()) {
                source.setUrl(cluster.weirUrl() + ROWS);
                source.setUser(H2TcpCluster.USER);
                source.setPassword(H2TcpCluster.PASSWORD);
                MixedTables.drop(connection);
                run("TCP, rows", 3, cluster, source::getConnection);
            }
        }
    }

    private static void run(String name, int way, H2Cluster cluster, Connections connections) throws Exception {
        try (Connection connection = connections.open()) {
            MixedTables.create(connection);
        }
        int histories = 0;
        int commits = 0;
        int losses = 0;
        long start = System.nanoTime();
        for (PrimitiveIterator.OfLong seeds = Seeds.of(BY_DEFAULT).iterator(); seeds.hasNext(); ) {
            long seed = seeds.nextLong();
            if (seed % 4 == way) {
                MixedHistory history = new MixedHistory(seed, cluster, connections, cluster instanceof H2TcpCluster);
                history.run();
                histories++;
                commits += history.commits();
                losses += history.losses();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%s: %d histories, %d commits, %d lost connections in %.1f s, no difference%n",
                name, histories, commits, losses, seconds);
        assertThat(histories == 0 || commits > 0).isTrue();
    }
}
