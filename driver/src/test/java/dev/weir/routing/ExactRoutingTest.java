package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.RecentWrites;
import dev.weir.cluster.ScriptedMonitor;
import dev.weir.cluster.ScriptedPositions;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Level session on an embedded cluster, where positions are known exactly at any moment. */
class ExactRoutingTest {
    private static final Classification READ =
            new Classification(Kind.READ, "read", null, false, false, false, null, null, null);

    private final long[] applied = {10, 10, 10};
    private final ScriptedMonitor monitor = new ScriptedMonitor(3, new Positions());
    private final CausalClock clock = CausalClock.shared(3, Lineage.NONE);
    private final RecentWrites recent = new RecentWrites();
    private final Router router = new Router(monitor.nodes(), RoutingSettings.DEFAULT, monitor::now, recent);
    private RoutingSession session = session();

    /** Positions set by hand. */
    private final class Positions extends ScriptedPositions {
        @Override
        public long appliedLsn(int node) {
            return applied[node];
        }

        @Override
        public long showingLsn(int replica) {
            return applied[replica];
        }
    }

    private RoutingSession session() {
        return new RoutingSession(
                clock, ChangeCount.shared(), Consistency.SESSION, Duration.ofSeconds(1), monitor.publish(), 0);
    }

    @BeforeEach
    void sample() {
        monitor.probe(0, true, 1, applied[0]);
        monitor.probe(1, false, 0, applied[1]);
        monitor.probe(2, false, 0, applied[2]);
        session = session();
    }

    private Route route() throws SQLException {
        return router.route(READ, session, monitor.publish());
    }

    @Test
    void shouldUseAReplicaAtTheMomentItHasAppliedTheToken() throws SQLException {
        ClusterView view = monitor.publish();
        clock.see(1, 11);
        assertThat(router.route(READ, session, view).reason()).isEqualTo(Reason.BEHIND_SESSION);
        applied[2] = 11;
        Route route = router.route(READ, session, view);
        assertThat(route.target()).isEqualTo(monitor.node(2));
        assertThat(route.reason()).isEqualTo(Reason.CAUGHT_UP);
    }

    @Test
    void shouldSpreadOverEveryReplicaThatHasTheToken() throws SQLException {
        clock.see(1, 10);
        boolean first = false;
        boolean second = false;
        for (int i = 0; i < 50; i++) {
            int node = route().target().index();
            first |= node == 1;
            second |= node == 2;
        }
        assertThat(first && second).isTrue();
    }

    @Test
    void shouldLeaveAReplicaThatStopsServingBeforeTheNextView() throws SQLException {
        ClusterView view = monitor.publish();
        clock.see(1, 10);
        router.route(READ, session, view);
        applied[1] = -1;
        for (int i = 0; i < 50; i++) {
            assertThat(router.route(READ, session, view).target()).isEqualTo(monitor.node(2));
        }
    }

    @Test
    void shouldNeverRouteToAReplicaThatHasNotAppliedWhatWasSeen() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long seen = 10;
        int replicaReads = 0;
        ClusterView view = monitor.publish();
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    seen = ++applied[0];
                    clock.see(1, seen);
                }
                case 1, 2 -> {
                    int replica = 1 + random.nextInt(2);
                    applied[replica] = Math.min(applied[0], Math.max(0, applied[replica]) + random.nextInt(4));
                }
                case 3 -> {
                    if (random.nextInt(20) == 0) {
                        applied[1 + random.nextInt(2)] = -1; // being copied anew
                    }
                    sample();
                    view = monitor.publish();
                }
                default -> {
                    int node = router.route(READ, session, view).target().index();
                    if (node > 0) {
                        assertThat(applied[node])
                                .as("seed %d, step %d", seed, step)
                                .isGreaterThanOrEqualTo(seen);
                        seen = Math.max(seen, applied[node]);
                        clock.see(1, applied[node]);
                        replicaReads++;
                    }
                }
            }
        }
        assertThat(replicaReads).isPositive();
    }

    private static Classification reading(String... tables) {
        return new Classification(
                Kind.READ, "read", null, false, false, false, null, null, null, Tables.named(List.of(tables)));
    }

    @Test
    void shouldReadOtherTablesThanTheReplicaLacksWritesTo() throws SQLException {
        ClusterView view = monitor.publish();
        recent.record(Tables.named(List.of("a")), 11);
        clock.see(1, 11);
        assertThat(router.route(reading("B", "C"), session, view).reason()).isEqualTo(Reason.UNTOUCHED);
        assertThat(router.route(reading("B", "A"), session, view).reason()).isEqualTo(Reason.BEHIND_SESSION);
        assertThat(router.route(READ, session, view).reason())
                .as("of tables that are not known")
                .isEqualTo(Reason.BEHIND_SESSION);
    }

    @Test
    void shouldTakeAWriteOfOthersForOneToEveryTable() throws SQLException {
        ClusterView view = monitor.publish();
        recent.record(Tables.named(List.of("a")), 12); // 11 is somebody else's
        clock.see(1, 12);
        assertThat(router.route(reading("b"), session, view).reason()).isEqualTo(Reason.BEHIND_SESSION);
        applied[1] = 11;
        monitor.probe(0, true, 1, 12);
        assertThat(router.route(reading("b"), session, monitor.publish()).reason())
                .isEqualTo(Reason.UNTOUCHED);
    }

    @Test
    void shouldNotRelyOnASchemaThatMayHaveChanged() throws SQLException {
        ClusterView view = monitor.publish(); // of position 10
        applied[1] = 11; // which may be a change of what b is
        recent.record(Tables.named(List.of("a")), 12);
        clock.see(1, 12);
        assertThat(router.route(reading("b"), session, view).reason()).isEqualTo(Reason.BEHIND_SESSION);
    }

    /** Whoever reads finds what all that was seen before has left in the table, whichever of the tables that was. */
    @Test
    void shouldAlwaysShowTheTableAsItWasWhenItsNewestChangeWasSeen() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> changed = new ArrayList<>();
        changed.add("a");
        int untouched = 0;
        long seen = 10;
        for (int step = 0; step < 30_000; step++) {
            ClusterView view = monitor.publish();
            String table = List.of("a", "b", "c").get(random.nextInt(3));
            switch (random.nextInt(20)) {
                case 0, 6 -> {
                    applied[0]++;
                    changed.add(table);
                    if (random.nextInt(12) > 0) {
                        recent.record(Tables.named(List.of(table)), applied[0]);
                    }
                    seen = applied[0];
                    clock.see(1, seen);
                }
                case 1, 7 -> {
                    int replica = 1 + random.nextInt(2);
                    applied[replica] = Math.min(applied[0], applied[replica] + random.nextInt(9));
                }
                case 2, 3 -> sample();
                default -> {
                    Route route = router.route(reading(table), session, view);
                    int node = route.target().index();
                    long shown = node == 0 ? applied[0] : applied[node];
                    for (long lsn = shown + 1; lsn <= seen; lsn++) {
                        assertThat(changed.get((int) (lsn - 10)))
                                .as("seed %d, step %d, lsn %d, %s", seed, step, lsn, route)
                                .isNotEqualTo(table);
                    }
                    seen = Math.max(seen, shown);
                    clock.see(1, shown);
                    untouched += route.reason() == Reason.UNTOUCHED ? 1 : 0;
                }
            }
        }
        assertThat(untouched).isGreaterThan(100);
    }
}
