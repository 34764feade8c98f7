package dev.weir.replicator.monitor;

import java.util.List;

/**
 * A cluster as a monitor judges it at one moment. Immutable.
 *
 * @param open the alerts that go on, worst first
 * @param recent the alerts that have ended, newest first
 */
public record Overview(
        ClusterSample sample, List<ReplicaView> replicas, Health health, List<Alert> open, List<Alert> recent) {
    public Overview {
        replicas = List.copyOf(replicas);
        open = List.copyOf(open);
        recent = List.copyOf(recent);
    }
}
