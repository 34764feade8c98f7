package dev.weir.cluster;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What one connection to a node counts. One thread at a time writes it, without a fence or a lock, and any thread may read it: a counter
 * that connections shared would cost a statement more than all else that Weir does for it. Lent by {@link Node#lendTally}.
 */
public final class Tally {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    /** Half of the cells before those that are used and half behind them, so that no two tallies share a cache line. */
    private static final int PADDING = 16;

    private static final int LENT = PADDING;
    private static final int RUNNING = PADDING + 1;
    private static final int READS = PADDING + 2;
    private static final int WRITES = PADDING + 3;
    private static final int UNTOLD = PADDING + 4;

    /** A power of two. */
    private static final int MEASURE_ONE_IN = 64;

    private final long[] cells = new long[PADDING + 5 + PADDING];

    Tally() {}

    /**
     * Counts a read that is about to be sent.
     *
     * @return whether it is one of those that are measured, as asking for the time would cost every one as much as all the rest
     */
    public boolean readStarted() {
        CELLS.setOpaque(cells, RUNNING, 1L);
        return (cells[READS] & MEASURE_ONE_IN - 1) == MEASURE_ONE_IN - 1;
    }

    /** Counts the end of a read, whether it succeeded or failed. */
    public void readFinished() {
        CELLS.setOpaque(cells, READS, cells[READS] + 1);
        CELLS.setOpaque(cells, RUNNING, 0L);
    }

    /**
     * Counts a statement other than a read that is about to be sent.
     *
     * @return whether it is one of those that are measured
     */
    public boolean writeStarted() {
        long writes = cells[WRITES] + 1;
        CELLS.setOpaque(cells, WRITES, writes);
        return (writes & MEASURE_ONE_IN - 1) == 0;
    }

    /** Counts a statement that its route is to be told of. */
    public void taken() {
        cells[UNTOLD]++;
    }

    /** How many statements were counted that their route has not been told of; none afterwards. */
    public long takeUntold() {
        long untold = cells[UNTOLD];
        cells[UNTOLD] = 0;
        return untold;
    }

    /** Ends the loan: the counts stay, and the next borrower goes on from them. */
    public void giveBack() {
        CELLS.setOpaque(cells, RUNNING, 0L);
        CELLS.setRelease(cells, LENT, 0L);
    }

    /** Takes it for a connection if it is free. */
    boolean lend() {
        return (long) CELLS.getOpaque(cells, LENT) == 0 && CELLS.compareAndSet(cells, LENT, 0L, 1L);
    }

    /** How many reads run: one or none. */
    long running() {
        return (long) CELLS.getOpaque(cells, RUNNING);
    }

    long reads() {
        return (long) CELLS.getOpaque(cells, READS);
    }

    long writes() {
        return (long) CELLS.getOpaque(cells, WRITES);
    }
}
