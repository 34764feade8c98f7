package dev.weir.cluster;

/** Whether a replica's circuit breaker lets reads through. */
public enum BreakerState {
    /** Reads go to the node as long as its probes succeed. */
    CLOSED,
    /** The node has failed reads again and again though its probes succeed; it gets none for a while. */
    OPEN,
    /** The pause is over, and one new connection and query of Weir's own are being tried. */
    HALF_OPEN
}
