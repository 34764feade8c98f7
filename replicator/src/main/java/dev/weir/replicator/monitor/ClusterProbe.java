package dev.weir.replicator.monitor;

/** Finds out what a cluster is doing. Confined to one thread. */
public interface ClusterProbe extends AutoCloseable {
    /** Asks all nodes. Blocks for some seconds at most if one does not answer; never fails, since what is not known is a finding, too. */
    ClusterSample take();

    @Override
    void close();
}
