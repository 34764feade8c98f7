package dev.weir.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps reads from a replica that goes on failing them though its probes succeed, for a pause that doubles each time. Reading the state
 * is one volatile read; everything else happens only when something fails. Thread-safe.
 */
final class Breaker {
    private static final int INCIDENTS = 3;
    private static final int READS_PER_FAILURE = 10;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ReentrantLock lock = new ReentrantLock();
    private volatile BreakerState state = BreakerState.CLOSED;
    private boolean counting;
    private int incidents;
    private long windowNanos;
    private long readsBefore;
    private long failuresBefore;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long changedNanos;

    BreakerState state() {
        return state;
    }

    /**
     * Counts an incident: the node has failed while it counted as healthy.
     *
     * @param reads how many reads have ended on the node since it was made, failed ones too
     * @param failures how many have failed
     * @return whether that opened the breaker
     */
    boolean failed(long now, long reads, long failures) {
        lock.lock();
        try {
            if (state != BreakerState.CLOSED) {
                return false;
            }
            if (!counting || now - windowNanos > WINDOW_NANOS) {
                counting = true;
                incidents = 0;
                windowNanos = now;
                readsBefore = reads;
                failuresBefore = failures - 1;
            }
            incidents++;
            boolean often = (failures - failuresBefore) * READS_PER_FAILURE >= reads - readsBefore;
            if (incidents < INCIDENTS || !often) {
                return false;
            }
            if (now - changedNanos > LONGEST_PAUSE_NANOS) {
                pauseNanos = FIRST_PAUSE_NANOS;
            }
            become(BreakerState.OPEN, now);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is time for a trial, which the caller must make and report by {@link #tried}. */
    boolean beginsTrial(long now) {
        if (state != BreakerState.OPEN) {
            return false;
        }
        lock.lock();
        try {
            if (state != BreakerState.OPEN || now - changedNanos < pauseNanos) {
                return false;
            }
            become(BreakerState.HALF_OPEN, now);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a trial. */
    void tried(boolean success, long now) {
        lock.lock();
        try {
            pauseNanos = Math.min(pauseNanos * 2, LONGEST_PAUSE_NANOS);
            become(success ? BreakerState.CLOSED : BreakerState.OPEN, now);
        } finally {
            lock.unlock();
        }
    }

    private void become(BreakerState next, long now) {
        counting = false;
        changedNanos = now;
        state = next;
    }
}
