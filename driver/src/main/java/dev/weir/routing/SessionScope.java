package dev.weir.routing;

/** Who shares one causal clock. */
public enum SessionScope {
    /** All connections of this JVM to the same nodes as the same user. */
    APPLICATION,
    /** Each logical connection alone. */
    CONNECTION
}
