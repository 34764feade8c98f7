package dev.weir.routing;

/**
 * A route and the positions that decided it. Immutable.
 *
 * @param route where the statement would go
 * @param lsnNeeded the position that a replica must have reached to serve it; -1 if none or not known as a position
 * @param lsnHas the position of the node, or of the replica that is furthest ahead if the primary serves for want of a replica;
 *     -1 if not known
 */
public record Explanation(Route route, long lsnNeeded, long lsnHas) {}
