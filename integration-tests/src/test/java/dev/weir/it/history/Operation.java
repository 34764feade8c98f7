package dev.weir.it.history;

/** What one client asked, and what it was told. Times are those of {@link System#nanoTime} in one JVM. Immutable. */
sealed interface Operation {
    /** The time of a write that was never acknowledged: it may or may not have happened. */
    long NEVER = Long.MAX_VALUE;

    /** The version of a write that is not known, or of a register that was not read. */
    long UNKNOWN = -1;

    /** Which session scope it belongs to. */
    int scope();

    long invoked();

    long returned();

    /**
     * A register was given its next version.
     *
     * @param version from 1 for each register, without gaps; {@link #UNKNOWN} if the client was not told
     * @param id of this write alone; the register holds it
     * @param returned {@link #NEVER} if it was not acknowledged
     */
    record Write(int scope, int register, long version, long id, long invoked, long returned) implements Operation {
        boolean isAcknowledged() {
            return returned != NEVER;
        }
    }

    /**
     * Registers were read in one statement.
     *
     * @param boundNanos of a bounded read
     * @param onReplica whether a replica served it
     * @param how the client read, for a message
     */
    record Read(
            int scope,
            Promise promise,
            long boundNanos,
            Snapshot seen,
            long invoked,
            long returned,
            boolean onReplica,
            String how)
            implements Operation {
        @Override
        public String toString() {
            return promise + " read (" + how + ") of scope " + scope + " from " + invoked + " to " + returned + " saw "
                    + seen;
        }
    }
}
