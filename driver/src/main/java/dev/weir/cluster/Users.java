package dev.weir.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** How many share a cluster, and since when nobody does. Thread-safe. */
final class Users {
    private static final int CLOSED = -1;

    private final AtomicInteger count = new AtomicInteger();
    private final LongSupplier clock;
    private volatile long idleSince;

    Users(LongSupplier clock) {
        this.clock = clock;
        this.idleSince = clock.getAsLong();
    }

    /** One more; false if the cluster has been closed for good. */
    boolean join() {
        while (true) {
            int now = count.get();
            if (now == CLOSED) {
                return false;
            }
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** One less. */
    void leave() {
        while (true) {
            int now = count.get();
            if (now <= 0) {
                throw new IllegalStateException("A cluster was given up more often than taken");
            }
            idleSince = clock.getAsLong();
            if (count.compareAndSet(now, now - 1)) {
                return;
            }
        }
    }

    /** Whether nobody has shared the cluster for this long. */
    boolean isIdleFor(long nanos) {
        return count.get() == 0 && clock.getAsLong() - idleSince >= nanos;
    }

    /** Closes for good if nobody shares the cluster; true for the one caller whose call did it. */
    boolean closeIfUnused() {
        return count.compareAndSet(0, CLOSED);
    }

    int count() {
        return Math.max(0, count.get());
    }

    boolean isClosed() {
        return count.get() == CLOSED;
    }
}
