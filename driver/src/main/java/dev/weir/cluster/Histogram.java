package dev.weir.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** How often something took how long. Thread-safe; counted by striped adders, so that threads which count do not contend. */
public final class Histogram {
    private static final long[] BOUNDS_MICROS = {
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000
    };

    private final LongAdder[] counts = new LongAdder[BOUNDS_MICROS.length + 1];
    private final LongAdder sumMicros = new LongAdder();

    Histogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** How many ranges there are; the last has no bound. */
    public static int ranges() {
        return BOUNDS_MICROS.length + 1;
    }

    /** The inclusive upper bound of a range, in microseconds; {@link Long#MAX_VALUE} for the last. */
    public static long boundMicros(int range) {
        return range < BOUNDS_MICROS.length ? BOUNDS_MICROS[range] : Long.MAX_VALUE;
    }

    /** Counts one that took so long. */
    void add(long nanos) {
        add(nanos, 1);
    }

    /** Counts so many that took so long each. */
    void add(long nanos, long times) {
        long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos));
        int range = 0;
        while (range < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[range]) {
            range++;
        }
        counts[range].add(times);
        sumMicros.add(micros * times);
    }

    /** How many fell into a range. */
    public long count(int range) {
        return counts[range].sum();
    }

    /** How many there are in all. */
    public long count() {
        long all = 0;
        for (LongAdder count : counts) {
            all += count.sum();
        }
        return all;
    }

    /** How long they took together, in microseconds. */
    public long sumMicros() {
        return sumMicros.sum();
    }
}
