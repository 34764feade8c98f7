package dev.weir.cluster;

/**
 * A point at which the primary's history began anew, as the primary itself tells it: a switch of PostgreSQL's timeline, or an opening of
 * an H2 store. Immutable.
 *
 * @param name tells it from every other
 * @param epochBefore the epoch or timeline that ended there
 * @param lsn the last position of that epoch which lives on
 */
record Origin(String name, long epochBefore, long lsn) {}
