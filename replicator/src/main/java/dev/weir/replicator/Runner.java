package dev.weir.replicator;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of one duty: it works until nothing is left to do, then rests until it is woken or the rest is over.
 * Owns the only thread and the only waiting of what it runs. Outlives whatever the duty throws, out of memory too: that is logged, and the duty is tried again
 * after a pause that grows up to some seconds. Never interrupts its thread, because H2 closes a store's file when a thread is interrupted in it.
 * Thread-safe.
 */
public final class Runner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(5);

    private final Duty duty;
    private final long restNanos;
    private final Thread thread;
    private volatile boolean signalled;
    private volatile boolean stopped;
    private long failurePause = FIRST_PAUSE;

    /** @param rest how long to wait after a round in which nothing was done, unless woken */
    public Runner(String name, Duty duty, Duration rest) {
        this.duty = duty;
        this.restNanos = rest.toNanos();
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Ends the rest, or skips the next one. Never blocks; costs one volatile read while a signal is outstanding. */
    public void wake() {
        if (!signalled) {
            signalled = true;
            LockSupport.unpark(thread);
        }
    }

    /** Whether its thread has been started and has not ended. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Stops after the round in progress and waits for its end, however long that takes, unless called from the runner's own thread. */
    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        if (thread != Thread.currentThread()) {
            joinUninterruptibly();
        }
    }

    private void run() {
        while (!stopped) {
            signalled = false;
            try {
                int done = duty.work();
                failurePause = FIRST_PAUSE;
                pace(duty.paceNanos());
                if (done == 0 && !signalled && !stopped) {
                    LockSupport.parkNanos(this, restNanos);
                }
            } catch (RuntimeException | Error e) {
                report(e);
                pace(failurePause);
                failurePause = Math.min(LONGEST_PAUSE, 2 * failurePause);
            }
        }
    }

    private void report(Throwable failure) {
        try {
            LOG.error("event=runner_failed runner={} action=retry", thread.getName(), failure);
        } catch (OutOfMemoryError again) {
            // There is no memory to say so; the next round may have some.
            Thread.onSpinWait();
        }
    }

    /** Waits, whoever wakes it, unless it is stopped. */
    private void pace(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !stopped; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
