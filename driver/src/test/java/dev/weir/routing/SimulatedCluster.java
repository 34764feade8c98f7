package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.ScriptedMonitor;
import java.util.Random;

/**
 * A primary and its replicas as they truly are, and a real monitor that learns of them late: a probe is sent, answered by the server,
 * and received at three different times. Node 0 is the primary. Confined to one thread.
 */
final class SimulatedCluster {
    final ScriptedMonitor monitor;
    private final Random random;
    private final Server[] servers;
    private ClusterView view;

    SimulatedCluster(int nodes, Random random) {
        this.random = random;
        this.monitor = new ScriptedMonitor(nodes);
        this.servers = new Server[nodes];
        for (int i = 0; i < nodes; i++) {
            servers[i] = new Server();
            servers[i].probeNow(i);
        }
        this.view = monitor.publish();
    }

    /** One server and the probe that may be under way to it. */
    private final class Server {
        long position = 100;
        int incarnation;
        long probeConnection;
        int probeIncarnation = -1;
        long round = -1;
        long sent;
        long answered = -1;

        void probeNow(int node) {
            round = -1;
            send();
            answer();
            receive(node);
        }

        void send() {
            round = monitor.beginRound();
            sent = monitor.now();
            answered = -1;
        }

        void answer() {
            if (probeIncarnation != incarnation) {
                probeIncarnation = incarnation;
                probeConnection++;
            }
            answered = position;
        }

        void receive(int node) {
            boolean lost = answered < 0 || probeIncarnation != incarnation;
            if (lost) {
                monitor.fail(node);
            } else {
                monitor.answer(node, node == 0, 1, answered, round, sent, probeConnection);
            }
            round = -1;
        }
    }

    ClusterView view() {
        return view;
    }

    long position(int node) {
        return servers[node].position;
    }

    int incarnation(int node) {
        return servers[node].incarnation;
    }

    /** Commits on the primary. */
    long commit() {
        return ++servers[0].position;
    }

    /** What happens behind everybody's back in one moment. */
    void pass(boolean restarts) {
        monitor.now(monitor.now() + 1);
        int node = random.nextInt(servers.length);
        switch (random.nextInt(6)) {
            case 0 -> commit();
            case 1, 2 -> apply(1 + random.nextInt(servers.length - 1));
            case 3, 4 -> advanceProbe(node);
            default -> {
                if (restarts && random.nextInt(8) == 0) {
                    restart(1 + random.nextInt(servers.length - 1));
                } else {
                    view = monitor.publish();
                }
            }
        }
    }

    private void apply(int replica) {
        long behind = servers[0].position - servers[replica].position;
        servers[replica].position += random.nextLong(behind + 1);
    }

    private void advanceProbe(int node) {
        Server server = servers[node];
        if (server.round < 0) {
            server.send();
        } else if (server.answered < 0) {
            server.answer();
        } else {
            server.receive(node);
        }
    }

    /** A crash that loses what the replica had applied last. */
    private void restart(int replica) {
        Server server = servers[replica];
        server.incarnation++;
        server.position -= random.nextLong(4);
    }

    /** What a cluster does before a connection that has just been opened serves: a probe sent after the opening. */
    void verifyNewConnection(int node) {
        servers[node].probeNow(node);
        view = monitor.publish();
    }
}
