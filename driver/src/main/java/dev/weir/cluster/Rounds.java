package dev.weir.cluster;

/**
 * Numbers the probes of every cluster of the JVM in the order in which they begin, and between them whatever else changes where a read may
 * go: as long as the number is the same, nothing has. One counter for all, so that what a session noted under one monitor still holds
 * under the monitor that replaces it. Thread-safe.
 */
final class Rounds {
    static final Rounds OF_JVM = new Rounds();

    private final ChangeCount count = ChangeCount.shared();

    /** The number of the newest probe that has begun, or of the newest change if that is newer. */
    long newest() {
        return count.newest();
    }

    /** Numbers a probe; call it before the probe is sent. */
    long begin() {
        return count.raise();
    }

    /** Says that a route may have to be worked out anew; call it after the change can be seen. */
    void changed() {
        count.raise();
    }

    /** The counter itself, for those who ask it for each statement. */
    ChangeCount count() {
        return count;
    }
}
