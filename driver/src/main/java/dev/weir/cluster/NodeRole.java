package dev.weir.cluster;

/** What a node is to its cluster. */
public enum NodeRole {
    PRIMARY,
    REPLICA,
    /** Not known, since the node has not answered yet. */
    UNKNOWN
}
