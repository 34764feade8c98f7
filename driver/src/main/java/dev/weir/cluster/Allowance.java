package dev.weir.cluster;

/** How long a borrower may wait for a free connection. Read by the waiting thread; may be withdrawn by any. */
public interface Allowance {
    /** That of a borrower who waits as long as the pool lets anybody wait. */
    Allowance ENDLESS = new Allowance() {
        @Override
        public long limitNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean isWithdrawn() {
            return false;
        }

        @Override
        public void waited(long nanos) {}
    };

    /** What is left of it; {@link Long#MAX_VALUE} if it is endless. */
    long limitNanos();

    /** Whether the borrower has given up. */
    boolean isWithdrawn();

    /** Says how much more of it has been used up. */
    void waited(long nanos);
}
