package dev.weir.cluster;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many share a cluster, and since when nobody does. Thread-safe. Who comes and goes writes only counters that are spread over threads; the
 * rare one who closes makes those who come meanwhile wait until it knows whether it may.
 */
final class Users {
    private enum State {
        OPEN,
        /** Somebody finds out whether there is a user; who joined before is counted, and who joins now waits. */
        CLOSING,
        CLOSED
    }

    private final LongAdder joined = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final LongSupplier clock;
    private long joinedBefore;
    private long idleSince;

    Users(LongSupplier clock) {
        this.clock = clock;
        this.idleSince = clock.getAsLong();
    }

    /** One more; false if the cluster has been closed for good. */
    boolean join() {
        while (true) {
            joined.increment();
            // Either this sees that somebody is closing, or that one counts this.
            VarHandle.fullFence();
            State now = state.get();
            if (now == State.OPEN) {
                return true;
            }
            left.increment();
            if (now == State.CLOSED) {
                return false;
            }
            awaitVerdict();
        }
    }

    /** One less; what the caller does next comes after it in the eyes of whoever closes. */
    void leave() {
        left.increment();
        VarHandle.fullFence();
    }

    /** Whether nobody has shared the cluster for this long, as far as earlier calls could tell. Called by one thread. */
    boolean isIdleFor(long nanos) {
        long joins = joined.sum();
        if (joins != joinedBefore || count() > 0) {
            joinedBefore = joins;
            idleSince = clock.getAsLong();
        }
        return count() == 0 && clock.getAsLong() - idleSince >= nanos;
    }

    /** Closes for good if nobody shares the cluster; true for the one caller whose call did it. */
    boolean closeIfUnused() {
        while (!state.compareAndSet(State.OPEN, State.CLOSING)) {
            if (isClosed()) {
                return false;
            }
            // Whoever is closing now may have counted the caller as a user still.
            awaitVerdict();
        }
        VarHandle.fullFence();
        boolean unused = count() == 0;
        state.set(unused ? State.CLOSED : State.OPEN);
        return unused;
    }

    private void awaitVerdict() {
        while (state.get() == State.CLOSING) {
            Thread.onSpinWait();
        }
    }

    /** Never less than there are, as those who left are counted first. */
    int count() {
        long gone = left.sum();
        return (int) Math.max(0, joined.sum() - gone);
    }

    boolean isClosed() {
        return state.get() == State.CLOSED;
    }
}
