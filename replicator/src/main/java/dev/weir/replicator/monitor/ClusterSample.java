package dev.weir.replicator.monitor;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A cluster at one moment, as one monitor sees it. Immutable.
 *
 * @param at this machine's wall clock
 * @param nanos this JVM's monotonic clock
 * @param cluster the cluster's identity; empty if no primary has told it yet
 * @param primaryUrl where the primary was asked; without credentials
 * @param primary empty if the primary did not answer
 * @param trouble why it did not; empty if it did
 * @param replicas all that are known, in the order of their names
 * @param disks where the stores of this process lie
 */
public record ClusterSample(
        Instant at,
        long nanos,
        String cluster,
        String primaryUrl,
        Optional<PrimarySample> primary,
        String trouble,
        List<ReplicaSample> replicas,
        List<DiskSample> disks) {
    public ClusterSample {
        replicas = List.copyOf(replicas);
        disks = List.copyOf(disks);
    }
}
