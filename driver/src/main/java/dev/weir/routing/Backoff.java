package dev.weir.routing;

import java.util.concurrent.atomic.AtomicLong;

/** How long the reads of one session scope do not wait for a node with less to do, after one has done so in vain: twenty times as long as that took. Thread-safe. */
final class Backoff {
    private static final int SPACING = 20;

    private final AtomicLong until = new AtomicLong(Long.MIN_VALUE);

    boolean isOver(long now) {
        long end = until.get();
        return end == Long.MIN_VALUE || now - end >= 0;
    }

    /** Begins with the end of a wait that began then. */
    void begin(long began, long now) {
        until.set(now + (now - began) * SPACING);
    }
}
