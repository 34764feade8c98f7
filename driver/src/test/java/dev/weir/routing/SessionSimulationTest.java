package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.NodeStatus;
import dev.weir.sql.Classification;
import dev.weir.sql.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sessions on a simulated cluster whose true positions the checker knows: at level session no read may see less than its scope had
 * seen before the read began, whatever the delays of probes, acknowledgements and replicas, and whichever replicas restart.
 */
class SessionSimulationTest {
    private static final int STEPS = 3_000;
    private static final int SEEDS = 120;

    /** A rule broken on purpose, to show that the checker sees it. */
    private enum Fault {
        NONE,
        COMMITS_NOT_NOTED,
        READS_NOT_NOTED,
        PRIMARY_READS_NOT_NOTED,
        NOTED_TOO_EARLY,
        WAIT_BEGAN_TOO_EARLY,
        RESTARTS_IGNORED
    }

    private static final Classification READ =
            new Classification(Kind.READ, "read", null, false, false, false, null, null, null);

    /** The connections that share a clock, and the furthest position that any of them was shown. */
    private static final class Scope {
        final CausalClock clock = CausalClock.shared(3, Lineage.NONE);
        long seen;
    }

    /** One connection, which executes one statement at a time. */
    private static final class Client {
        final Scope scope;
        final RoutingSession session;
        final int[] connected = {-1, -1, -1};
        boolean writing;
        boolean waiting;

        @Nullable Route route;

        long floor;
        long observed = -1;

        Client(Scope scope, ClusterView view) {
            this.scope = scope;
            this.session = new RoutingSession(
                    scope.clock, ChangeCount.shared(), Consistency.SESSION, Duration.ofSeconds(1), view, 0);
        }
    }

    /** One run: what was wrong, and how many reads the replicas served. */
    private static final class Run {
        final Random random;
        final Fault fault;
        final SimulatedCluster cluster;
        final Router shared;
        final List<Client> clients = new ArrayList<>();
        final List<String> violations = new ArrayList<>();
        int reads;
        int replicaReads;

        Run(long seed, Fault fault) {
            this.random = new Random(seed);
            this.fault = fault;
            this.cluster = new SimulatedCluster(3, random);
            this.shared = new Router(cluster.monitor.nodes(), RoutingSettings.DEFAULT, cluster.monitor::now, null);
            Scope application = new Scope();
            for (int i = 0; i < 3; i++) {
                clients.add(new Client(application, cluster.view()));
            }
            clients.add(new Client(new Scope(), cluster.view()));
        }

        Run play() throws SQLException {
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(3) > 0) {
                    cluster.pass(true);
                } else {
                    advance(clients.get(random.nextInt(clients.size())));
                }
            }
            return this;
        }

        private void advance(Client client) throws SQLException {
            if (client.route == null) {
                begin(client);
            } else if (client.waiting) {
                goOnWaiting(client);
            } else if (client.observed < 0) {
                execute(client);
            } else {
                acknowledge(client);
            }
        }

        private void begin(Client client) throws SQLException {
            client.writing = random.nextInt(20) == 0;
            client.floor = client.scope.seen;
            client.observed = -1;
            ClusterView view = cluster.view();
            client.session.routedBy(view);
            client.route =
                    client.writing ? shared.toPrimary(Reason.WRITE, view) : shared.route(READ, client.session, view);
            // Some wait because no replica is proven, some because the one that is has too much to do.
            client.waiting = !client.writing && random.nextInt(4) == 0;
            if (client.waiting) {
                long began = cluster.monitor.round() - (fault == Fault.WAIT_BEGAN_TOO_EARLY ? 6 : 0);
                client.session.waitFloor(new Floor(began, -1));
            }
        }

        private void goOnWaiting(Client client) throws SQLException {
            ClusterView view = cluster.view();
            client.session.routedBy(view);
            client.route = shared.route(READ, client.session, view);
            if (random.nextInt(4) == 0) {
                client.waiting = false;
                client.session.waitFloor(Floor.UNKNOWN);
            }
        }

        private void execute(Client client) {
            int node = target(client);
            if (node > 0 && client.connected[node] != cluster.incarnation(node) && !reconnect(client, node)) {
                client.route = null;
                return;
            }
            client.observed = client.writing ? cluster.commit() : cluster.position(node);
        }

        /** Says whether the route still holds on the new connection. */
        private boolean reconnect(Client client, int node) {
            client.connected[node] = cluster.incarnation(node);
            if (fault == Fault.RESTARTS_IGNORED) {
                return true;
            }
            cluster.verifyNewConnection(node);
            return life(cluster.view(), node) == life(client.session.routedBy(), node);
        }

        private static long life(ClusterView view, int node) {
            return view.statuses().get(node).life();
        }

        private void acknowledge(Client client) {
            int node = target(client);
            if (node > 0 && client.connected[node] != cluster.incarnation(node)) {
                client.route = null; // the answer was lost with its server
                return;
            }
            if (!client.writing) {
                reads++;
                replicaReads += node > 0 ? 1 : 0;
                if (client.observed < client.floor) {
                    violations.add("a read of n" + node + " saw " + client.observed + " after " + client.floor
                            + " by rule " + reason(client));
                }
            }
            note(client, node);
            client.scope.seen = Math.max(client.scope.seen, client.observed);
            client.route = null;
        }

        private void note(Client client, int node) {
            long round = cluster.monitor.round() - (fault == Fault.NOTED_TOO_EARLY ? 3 : 0);
            CausalClock clock = client.scope.clock;
            if (client.writing) {
                if (fault != Fault.COMMITS_NOT_NOTED) {
                    commit(client, clock, round);
                }
            } else if (node == 0) {
                if (fault != Fault.PRIMARY_READS_NOT_NOTED) {
                    clock.seePrimary(round);
                }
            } else if (fault != Fault.READS_NOT_NOTED) {
                NodeStatus status = client.session.routedBy().statuses().get(node);
                client.session.readReplica(status, round);
            }
        }

        /** Half of the commits are known by their position, as on H2, half by the time they were acknowledged, as on PostgreSQL. */
        private void commit(Client client, CausalClock clock, long round) {
            if (fault == Fault.NONE && random.nextBoolean()) {
                clock.see(1, client.observed);
            } else {
                clock.seePrimary(round);
            }
        }

        private static int target(Client client) {
            Route route = client.route;
            return route == null ? 0 : route.target().index();
        }

        private static Object reason(Client client) {
            Route route = client.route;
            return route == null ? "none" : route.reason();
        }
    }

    @Test
    void shouldNeverGoBackInTimeAtLevelSession() throws SQLException {
        long first = System.nanoTime();
        int reads = 0;
        int replicaReads = 0;
        for (long seed = first; seed < first + SEEDS; seed++) {
            Run run = new Run(seed, Fault.NONE).play();
            assertThat(run.violations).as("seed %d", seed).isEmpty();
            reads += run.reads;
            replicaReads += run.replicaReads;
        }
        assertThat(replicaReads).as("reads of replicas among %d", reads).isGreaterThan(reads / 100);
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void shouldCatchARuleThatIsBrokenOnPurpose(Fault fault) throws SQLException {
        long seed = 1;
        int violations = 0;
        while (seed <= SEEDS && violations == 0) {
            violations += new Run(seed++, fault).play().violations.size();
        }
        assertThat(violations).as("violations in %d seeds", seed).isPositive();
    }
}
