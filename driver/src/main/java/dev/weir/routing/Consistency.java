package dev.weir.routing;

/** How fresh a read must be. */
public enum Consistency {
    /** Sees every transaction acknowledged to anyone before the read began. */
    STRONG,
    /** Reads its own writes and never goes back in time, within the session scope. */
    SESSION,
    /** Misses nothing that was committed longer ago than the bound. */
    BOUNDED,
    /** Any healthy replica within the greatest lag allowed. */
    EVENTUAL
}
