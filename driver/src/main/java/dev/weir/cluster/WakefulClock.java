package dev.weir.cluster;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A monotonic clock in nanoseconds that also counts the time during which the machine was suspended, which the system's monotonic clock
 * leaves out: it sees that the time of day has moved on meanwhile. A time of day that is set forward looks the same and makes whatever was
 * measured before look older than it is; one that is set back is ignored. Thread-safe.
 */
final class WakefulClock implements LongSupplier {
    static final LongSupplier OF_JVM = new WakefulClock(System::nanoTime, System::currentTimeMillis);

    /** Less than this is how both clocks are read and steered. */
    private static final long TOLERANCE_NANOS = 20_000_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier monotonic;
    private final LongSupplier timeOfDay;
    private final AtomicReference<Offset> offset;

    /**
     * What the clock adds.
     *
     * @param apart by how much the time of day is ahead of the monotonic clock
     * @param slept how long the machine has been suspended
     */
    private record Offset(long apart, long slept) {}

    WakefulClock(LongSupplier monotonicNanos, LongSupplier timeOfDayMillis) {
        this.monotonic = monotonicNanos;
        this.timeOfDay = timeOfDayMillis;
        this.offset = new AtomicReference<>(new Offset(apart(monotonicNanos.getAsLong()), 0));
    }

    private long apart(long now) {
        return timeOfDay.getAsLong() * NANOS_PER_MILLI - now;
    }

    @Override
    public long getAsLong() {
        while (true) {
            Offset known = Objects.requireNonNull(offset.get());
            long now = monotonic.getAsLong();
            long apart = apart(now);
            long jump = apart - known.apart;
            if (Math.abs(jump) <= TOLERANCE_NANOS) {
                return now + known.slept;
            }
            offset.compareAndSet(known, new Offset(apart, known.slept + Math.max(0, jump)));
        }
    }
}
