package dev.weir.routing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Rations the moments at which the reads of one session scope wait for a measurement. Readers who follow one another closely on the
 * primary would never get away from it: each read makes the replicas unproven until the next sample. So from time to time all of
 * them wait for one round of probes, at most a twentieth of the time. Thread-safe.
 */
final class Hold {
    /** How long one wait may last. */
    static final long LONGEST_NANOS = 5_000_000;

    static final int SPACING = 20;
    static final int SHORT_SPACING = 4;

    private final AtomicLong openUntil = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong closedUntil = new AtomicLong(Long.MIN_VALUE);

    /**
     * Asks to wait.
     *
     * @return how many nanoseconds the caller may wait; 0 if it must not
     */
    long enter(long now) {
        long until = openUntil.get();
        if (until != Long.MIN_VALUE && now - until < 0) {
            return until - now;
        }
        long closed = closedUntil.get();
        if (closed != Long.MIN_VALUE && now - closed < 0) {
            return 0;
        }
        return openUntil.compareAndSet(until, now + LONGEST_NANOS) ? LONGEST_NANOS : 0;
    }

    /** Ends a wait that began then; the next one may begin after so many times as long. */
    void leave(long began, long now, int spacing) {
        closedUntil.set(now + (now - began) * spacing);
        openUntil.set(Long.MIN_VALUE);
    }
}
