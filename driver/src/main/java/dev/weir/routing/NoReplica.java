package dev.weir.routing;

/** What happens to a read that no replica may serve. */
public enum NoReplica {
    /** The primary serves it. */
    PRIMARY,
    /** It fails. */
    FAIL
}
