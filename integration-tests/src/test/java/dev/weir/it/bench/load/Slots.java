package dev.weir.it.bench.load;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A server's capacity: so many statements at once, each of which takes so long. Thread-safe. */
final class Slots {
    private final Semaphore free;
    private final Duration each;
    private final int count;

    Slots(int count, Duration each) {
        this.free = new Semaphore(count, true);
        this.each = each;
        this.count = count;
    }

    /** How many statements a second it can serve. */
    double perSecond() {
        return count / (each.toNanos() / 1e9);
    }

    /** Waits for a slot, keeps it for the time of so many statements, and longer until {@link #leave}. */
    void enter(int statements) throws InterruptedException {
        free.acquire();
        try {
            TimeUnit.NANOSECONDS.sleep(each.toNanos() * statements);
        } catch (InterruptedException ended) {
            free.release();
            throw ended;
        }
    }

    void leave() {
        free.release();
    }
}
