package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.replicator.monitor.ClusterSample;
import dev.weir.replicator.monitor.NodeState;
import dev.weir.replicator.monitor.PostgresProbe;
import dev.weir.replicator.monitor.ReplicaSample;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a monitor tells of PostgreSQL standbys, against what is known of them. */
@ExtendWith(PostgresExtension.class)
final class PostgresLagTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static PostgresProbe probe(PostgresCluster cluster) {
        return new PostgresProbe(
                cluster.primary().url(), PostgresCluster.USER, PostgresCluster.PASSWORD, InstantSource.system());
    }

    @Test
    void shouldTellBytesAndAgeWhenOneStandbyIsPaused(PostgresCluster cluster) throws SQLException {
        try (var superuser = cluster.primary().connectAsSuperuser();
                var statement = superuser.createStatement()) {
            statement.execute("GRANT pg_read_all_stats TO " + PostgresCluster.USER);
        }
        try (PostgresProbe probe = probe(cluster)) {
            cluster.primary().execute("CREATE TABLE item (id int)");
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> probe.take().replicas().stream()
                            .allMatch(standby -> standby.lagBytes().equals(OptionalLong.of(0))));
            cluster.standby1().pauseReplay();
            long before = System.nanoTime();
            cluster.primary().execute("INSERT INTO item SELECT generate_series(1, 1000)");
            long after = System.nanoTime();

            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                List<ReplicaSample> standbys = probe.take().replicas();
                assertThat(standbys).hasSize(2).allMatch(standby -> standby.state() == NodeState.STREAMING);
                assertThat(standbys).anySatisfy(behind -> {
                    assertThat(behind.lagBytes().orElseThrow()).isGreaterThan(10_000);
                    Duration least = Duration.ofNanos(System.nanoTime() - after).minusMillis(200);
                    assertThat(behind.lag().orElseThrow())
                            .isGreaterThan(least)
                            .isLessThan(
                                    Duration.ofNanos(System.nanoTime() - before).plusSeconds(3));
                });
                assertThat(standbys).anySatisfy(level -> {
                    assertThat(level.lagBytes()).hasValue(0);
                    assertThat(level.lag()).contains(Duration.ZERO);
                });
            });

            cluster.standby1().resumeReplay();
            cluster.standby2().stop();
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(probe.take().replicas()).anySatisfy(gone -> {
                        assertThat(gone.state()).isIn(NodeState.UNKNOWN, NodeState.STOPPED);
                        assertThat(gone.lagBytes()).isEmpty();
                        assertThat(gone.lag()).isEmpty();
                        assertThat(gone.reason()).contains("not connected");
                    }));
        } finally {
            try (var superuser = cluster.primary().connectAsSuperuser();
                    var statement = superuser.createStatement()) {
                statement.execute("REVOKE pg_read_all_stats FROM " + PostgresCluster.USER);
            }
        }
    }

    @Test
    void shouldTellUnknownAndNotZeroWhenUserMayNotSee(PostgresCluster cluster) {
        try (PostgresProbe probe = probe(cluster)) {
            ClusterSample told = probe.take();

            assertThat(told.primary()).isPresent();
            assertThat(told.replicas()).hasSize(2).allSatisfy(standby -> {
                assertThat(standby.state()).isEqualTo(NodeState.UNKNOWN);
                assertThat(standby.appliedLsn()).isEmpty();
                assertThat(standby.lagBytes()).isEmpty();
                assertThat(standby.lag()).isEmpty();
            });
        }
    }
}
