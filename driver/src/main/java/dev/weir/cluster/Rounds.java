package dev.weir.cluster;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers the probes of every cluster of the JVM in the order in which they begin. One counter for all, so that what a session noted
 * under one monitor still holds under the monitor that replaces it. Thread-safe.
 */
final class Rounds {
    static final Rounds OF_JVM = new Rounds();

    private final AtomicLong newest = new AtomicLong();

    /** The number of the newest probe that has begun. */
    long newest() {
        return newest.get();
    }

    /** Numbers a probe; call it before the probe is sent. */
    long begin() {
        return newest.incrementAndGet();
    }
}
