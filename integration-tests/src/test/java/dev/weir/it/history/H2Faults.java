package dev.weir.it.history;

import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpNode;
import dev.weir.it.process.Relay;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Faults of an H2 primary and its replicas over TCP. Confined to one thread. */
final class H2Faults implements Faults {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(2);

    private final List<H2TcpNode> nodes;
    private final Relays relays;

    H2Faults(H2TcpCluster cluster) {
        this.nodes = cluster.nodes();
        this.relays =
                new Relays(cluster.weirUrl(), nodes.stream().map(H2Faults::port).toList());
    }

    private static int port(H2TcpNode node) {
        return URI.create(node.store().url().substring("jdbc:h2:".length())).getPort();
    }

    @Override
    public String weirUrl() {
        return relays.url();
    }

    @Override
    public String user() {
        return H2TcpCluster.USER;
    }

    @Override
    public String password() {
        return H2TcpCluster.PASSWORD;
    }

    @Override
    public boolean replicasShowEarly() {
        return false;
    }

    @Override
    public Registers registers() {
        return Registers.H2;
    }

    @Override
    public String strike(SplittableRandom random) {
        H2TcpNode replica = nodes.get(1 + random.nextInt(nodes.size() - 1));
        H2TcpNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(4)) {
            case 0 -> {
                replica.freeze();
                Faults.last(random, SHORT, LONG);
                replica.thaw();
                return "frozen " + replica;
            }
            case 1 -> {
                replica.kill();
                Faults.last(random, SHORT, LONG);
                replica.start();
                return "killed " + replica;
            }
            case 2 -> {
                relays.before(port(node)).cut();
                return "connections cut to " + node;
            }
            default -> {
                Relay relay = relays.before(port(node));
                relay.swallow();
                Faults.last(random, SHORT, LONG);
                relay.pass();
                return "nothing passed to or from " + node;
            }
        }
    }

    @Override
    public void failOver() {
        // H2 replicas cannot be promoted yet.
    }

    @Override
    public void close() {
        relays.close();
    }
}
