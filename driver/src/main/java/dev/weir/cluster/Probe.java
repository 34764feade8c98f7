package dev.weir.cluster;

/** Asks one node for its role and position. Confined to one thread at a time. */
interface Probe {
    /** Sends one probe and waits for its answer, at most for the probe's own timeout. Never throws: a failure is a sample too. */
    Sample take(long round);

    /** Gives up what the probe holds. */
    void close();
}
