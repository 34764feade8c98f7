package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import java.util.function.LongSupplier;

/** Asks the replication in this JVM for a replica's position. Thread-safe. */
final class EmbeddedReplicaProbe implements Probe {
    private final Node node;
    private final EmbeddedReplication replication;
    private final LongSupplier clock;

    EmbeddedReplicaProbe(Node node, EmbeddedReplication replication, LongSupplier clock) {
        this.node = node;
        this.replication = replication;
        this.clock = clock;
    }

    @Override
    public Sample take(long round) {
        long sent = clock.getAsLong();
        long lsn = replication.appliedLsn(node.index());
        Reading reading = new Reading(NodeRole.REPLICA, "", 0, lsn, -1, lsn < 0 ? "serves no reads now" : null);
        return new Sample(node, round, sent, clock.getAsLong(), 0, reading, null);
    }

    @Override
    public void close() {}
}
