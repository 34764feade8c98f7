package dev.weir.replicator.source;

/** How a replica's position relates to a primary's log. Immutable. */
public enum Lineage {
    /** The position is in the log; what follows it can be applied. */
    CONTINUES,
    /** The position lies past the end of the log: the replica holds what the primary has lost. */
    AHEAD,
    /** The log holds another entry at this LSN: the histories have parted. */
    FORKED,
    /** The log no longer reaches back to the position. */
    PRUNED
}
