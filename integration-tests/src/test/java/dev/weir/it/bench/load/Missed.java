package dev.weir.it.bench.load;

/** What a read did not show although it had been acknowledged before the read began. */
enum Missed {
    NOTHING,
    /** A write of the same client. */
    OWN,
    /** A write that another client of the application had been told of. */
    OTHERS
}
