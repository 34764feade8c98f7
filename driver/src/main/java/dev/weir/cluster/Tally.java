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

    private final long[] cells = new long[PADDING + 4 + PADDING];

    Tally() {}

    /** Counts a read that is about to be sent. */
    public void readStarted() {
        CELLS.setOpaque(cells, RUNNING, 1L);
    }

    /** Counts the end of a read, whether it succeeded or failed. */
    public void readFinished() {
        CELLS.setOpaque(cells, READS, cells[READS] + 1);
        CELLS.setOpaque(cells, RUNNING, 0L);
    }

    /** Counts a statement other than a read. */
    public void written() {
        CELLS.setOpaque(cells, WRITES, cells[WRITES] + 1);
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
