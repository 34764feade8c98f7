package dev.weir.it.history;

/** What a read was promised to see. */
enum Promise {
    /** Every write that was acknowledged to anyone before. */
    STRONG,
    /** What its session scope has written and read before. */
    SESSION,
    /** Every write that was acknowledged to anyone longer ago than the bound. */
    BOUNDED,
    /** Some state that the primary has been in. */
    EVENTUAL
}
