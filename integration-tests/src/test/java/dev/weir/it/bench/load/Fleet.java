package dev.weir.it.bench.load;

import dev.weir.it.bench.Target;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A PostgreSQL primary with standbys, each behind a {@link Bottleneck}: a standby executes two statements at once, the primary eight.
 * Confined to one thread.
 */
public final class Fleet implements AutoCloseable {
    /** How long a statement takes its server. */
    public static final Duration EACH = Duration.ofMillis(8);

    public static final int OF_STANDBY = 2;
    public static final int OF_PRIMARY = 8;

    private final PostgresCluster cluster;
    private final List<Bottleneck> bottlenecks = new ArrayList<>();

    private Fleet(PostgresCluster cluster) {
        this.cluster = cluster;
        for (PostgresNode node : cluster.nodes()) {
            bottlenecks.add(new Bottleneck(node.port(), node == cluster.primary() ? ofPrimary() : ofStandby()));
        }
    }

    /** Starts it; blocks until the standbys stream. */
    public static Fleet start(int standbys) throws Exception {
        return new Fleet(PostgresCluster.start(standbys));
    }

    static Slots ofPrimary() {
        return new Slots(OF_PRIMARY, EACH);
    }

    static Slots ofStandby() {
        return new Slots(OF_STANDBY, EACH);
    }

    Target.Address address(int replicas, int connections) {
        List<String> nodes = bottlenecks.subList(0, replicas + 1).stream()
                .map(Bottleneck::address)
                .toList();
        String base = "jdbc:postgresql://";
        return new Target.Address(
                base + nodes.get(0) + "/" + PostgresCluster.DATABASE,
                "jdbc:weir:postgresql://" + String.join(",", nodes) + "/" + PostgresCluster.DATABASE
                        + "?ApplicationName=load",
                nodes.stream()
                        .map(node -> base + node + "/" + PostgresCluster.DATABASE)
                        .collect(Collectors.toList()),
                PostgresCluster.USER,
                PostgresCluster.PASSWORD,
                connections,
                () -> {});
    }

    /** Makes a mix's tables anew on all nodes. */
    void reset(Mix mix) throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            mix.reset(connection);
        }
        cluster.awaitCaughtUp();
    }

    /** How many statements of the load each node has executed, the primary first. */
    List<Long> executed() {
        return bottlenecks.stream().map(Bottleneck::passed).toList();
    }

    @Override
    public void close() {
        bottlenecks.forEach(Bottleneck::close);
        cluster.close();
    }
}
