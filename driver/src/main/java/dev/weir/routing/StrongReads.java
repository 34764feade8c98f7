package dev.weir.routing;

/** What serves reads at level strong. */
public enum StrongReads {
    /** The primary. */
    PRIMARY,
    /** A replica that has reached the primary's position asked for after the read began, else the primary. */
    REPLICA
}
