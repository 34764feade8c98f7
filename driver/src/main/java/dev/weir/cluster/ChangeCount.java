package dev.weir.cluster;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number that only grows, which many threads read for each of their statements and few raise. Nothing else shares its cache line, so that
 * reading it stays cheap whatever other threads write. Thread-safe.
 */
public final class ChangeCount {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    /** So many unused cells before the one that counts, and behind it. */
    private static final int PADDING = 16;

    private final long[] cells;
    private final int at;

    private ChangeCount(int padding) {
        this.cells = new long[padding + 1 + padding];
        this.at = padding;
    }

    /** One that threads share. */
    public static ChangeCount shared() {
        return new ChangeCount(PADDING);
    }

    /** One that a single connection has for itself, without the room between it and others. */
    public static ChangeCount owned() {
        return new ChangeCount(0);
    }

    /** One volatile read. */
    public long newest() {
        return (long) CELLS.getVolatile(cells, at);
    }

    /** Raises it; returns what it is now. */
    public long raise() {
        return (long) CELLS.getAndAdd(cells, at, 1L) + 1;
    }
}
