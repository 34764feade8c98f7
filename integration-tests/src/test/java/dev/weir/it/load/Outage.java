package dev.weir.it.load;

import java.util.concurrent.CountDownLatch;

/** Whether sessions that have lost their primary are to wait for it rather than try again at once. Thread-safe. */
final class Outage {
    private volatile CountDownLatch over = new CountDownLatch(0);

    /** From now on a session that loses its connection waits. */
    void begin() {
        over = new CountDownLatch(1);
    }

    /** Lets those that wait go on. */
    void end() {
        over.countDown();
    }

    /** Waits for the end of an outage; returns at once if there is none. */
    void await() throws InterruptedException {
        over.await();
    }
}
