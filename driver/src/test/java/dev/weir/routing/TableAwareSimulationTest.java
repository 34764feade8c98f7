package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Session reads that heed which tables were written, on sampled positions: whatever a scope has read raises what all its later reads must
 * see, and its own inserts what later reads of their tables must see.
 */
class TableAwareSimulationTest {
    private static final int STEPS = 3_000;
    private static final int SEEDS = 100;
    private static final List<String> TABLES = List.of("a", "b", "c");

    /** A rule broken on purpose, to show that the checker sees it. */
    private enum Fault {
        NONE,
        INSERTS_NOT_NOTED,
        INSERTS_NOTED_FOR_ANOTHER_TABLE,
        UPDATES_TAKEN_FOR_INSERTS,
        PRIMARY_READS_TAKEN_FOR_INSERTS
    }

    private static final class Run {
        final Random random;
        final Fault fault;
        final SimulatedCluster cluster;
        final Router router;
        final CausalClock clock = CausalClock.shared(3, Lineage.NONE);
        final RoutingSession session;
        final int[] connected = {-1, -1, -1};
        final Map<Long, Integer> written = new HashMap<>();
        final long[] floor = new long[TABLES.size()];
        int violations;
        int untouched;

        Run(long seed, Fault fault) {
            this.random = new Random(seed);
            this.fault = fault;
            this.cluster = new SimulatedCluster(3, random);
            this.router = new Router(cluster.monitor.nodes(), RoutingSettings.DEFAULT, cluster.monitor::now, null);
            this.session = new RoutingSession(
                    clock, ChangeCount.shared(), Consistency.SESSION, Duration.ofSeconds(1), cluster.view(), 0);
        }

        Run play() throws SQLException {
            for (int step = 0; step < STEPS; step++) {
                int table = random.nextInt(TABLES.size());
                switch (random.nextInt(60)) {
                    case 0, 10, 11 -> insert(table);
                    case 1 -> update(table);
                    case 2, 3, 4, 5, 6, 7, 8, 9 -> read(table);
                    default -> cluster.pass(true);
                }
            }
            return this;
        }

        /** Which table the transaction at a position has changed; those of others change any. */
        private int changedAt(long position) {
            return written.computeIfAbsent(position, other -> random.nextInt(TABLES.size()));
        }

        private void insert(int table) {
            long position = cluster.commit();
            written.put(position, table);
            if (random.nextBoolean()) {
                cluster.pass(false);
            }
            int noted = fault == Fault.INSERTS_NOTED_FOR_ANOTHER_TABLE ? (table + 1) % TABLES.size() : table;
            if (fault != Fault.INSERTS_NOT_NOTED) {
                boolean known = random.nextBoolean();
                clock.insert(tables(noted), cluster.monitor.round(), 1, known ? position : -1);
            }
            floor[table] = Math.max(floor[table], position);
        }

        /** It tells by its count what others have committed. */
        private void update(int table) {
            long position = cluster.commit();
            written.put(position, table);
            if (fault == Fault.UPDATES_TAKEN_FOR_INSERTS) {
                clock.insert(tables(table), cluster.monitor.round(), 1, -1);
            } else {
                clock.seePrimary(cluster.monitor.round());
            }
            observe(position);
        }

        private void read(int table) throws SQLException {
            ClusterView view = cluster.view();
            session.routedBy(view);
            Classification statement =
                    new Classification(Kind.READ, "read", null, false, false, false, null, null, null, tables(table));
            Route route = router.route(statement, session, view);
            int node = route.target().index();
            if (node > 0 && connected[node] != cluster.incarnation(node)) {
                connected[node] = cluster.incarnation(node);
                cluster.verifyNewConnection(node);
                return; // it would be routed anew
            }
            if (random.nextInt(3) == 0) {
                cluster.pass(false);
            }
            long shown = cluster.position(node);
            for (long position = shown + 1; position <= floor[table]; position++) {
                violations += changedAt(position) == table ? 1 : 0;
            }
            untouched += route.reason() == Reason.UNTOUCHED ? 1 : 0;
            note(node, table, view);
            observe(shown);
        }

        private void note(int node, int table, ClusterView view) {
            if (node > 0) {
                NodeStatus status = view.statuses().get(node);
                clock.seeReplica(status.node(), status.life(), cluster.monitor.round());
            } else if (fault == Fault.PRIMARY_READS_TAKEN_FOR_INSERTS) {
                clock.insert(tables(table), cluster.monitor.round(), 1, -1);
            } else {
                clock.seePrimary(cluster.monitor.round());
            }
        }

        private void observe(long position) {
            Arrays.setAll(floor, table -> Math.max(floor[table], position));
        }

        private static Tables tables(int table) {
            return Tables.named(List.of(TABLES.get(table)));
        }
    }

    @Test
    void shouldNeverMissWhatWasReadOrInserted() throws SQLException {
        long first = System.nanoTime();
        int untouched = 0;
        for (long seed = first; seed < first + SEEDS; seed++) {
            Run run = new Run(seed, Fault.NONE).play();
            assertThat(run.violations).as("seed %d", seed).isZero();
            untouched += run.untouched;
        }
        assertThat(untouched).isGreaterThan(SEEDS / 5);
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldCatchARuleThatIsBrokenOnPurpose(Fault fault) throws SQLException {
        long seed = 1;
        int violations = 0;
        while (seed <= SEEDS && violations == 0) {
            violations += new Run(seed++, fault).play().violations;
        }
        assertThat(violations).as("violations in %d seeds", seed).isPositive();
    }
}
