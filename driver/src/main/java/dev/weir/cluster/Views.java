package dev.weir.cluster;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The newest view of a cluster, for all to read and to wait for. Thread-safe; the monitor's thread is its only writer. */
final class Views {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile ClusterView newest;
    private final Rounds rounds;
    private final AtomicInteger waiting = new AtomicInteger();

    Views(ClusterView first, Rounds rounds) {
        this.newest = first;
        this.rounds = rounds;
    }

    ClusterView newest() {
        return newest;
    }

    void publish(ClusterView view) {
        newest = view;
        rounds.changed();
        if (waiting.get() > 0) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until a view satisfies the condition, or for the time given; returns the newest view in either case. */
    ClusterView await(Predicate<ClusterView> condition, Duration timeout) throws InterruptedException {
        ClusterView view = newest;
        if (condition.test(view)) {
            return view;
        }
        long left = timeout.toNanos();
        lock.lock();
        waiting.incrementAndGet();
        try {
            while (!condition.test(newest) && left > 0) {
                left = changed.awaitNanos(left);
            }
            return newest;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }
}
