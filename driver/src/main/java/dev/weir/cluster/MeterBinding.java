package dev.weir.cluster;

/** A library that shows a cluster's figures. */
interface MeterBinding extends AutoCloseable {
    /** Shows the figures from now on. */
    void bind(Cluster cluster, String name);

    /** Shows them no more. */
    @Override
    void close();
}
