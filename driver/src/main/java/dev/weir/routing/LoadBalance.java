package dev.weir.routing;

/** How a read picks one of several eligible replicas. */
public enum LoadBalance {
    /** The less busy of two picked at random. */
    LEAST_OUTSTANDING,
    /** Each in turn. */
    ROUND_ROBIN,
    /** Any, evenly. */
    RANDOM,
    /** The one whose probes come back soonest, for as many reads as run there. */
    FASTEST
}
