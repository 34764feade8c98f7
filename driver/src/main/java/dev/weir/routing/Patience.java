package dev.weir.routing;

/** How long the application lets one statement wait before it is sent. Read by the waiting thread; may be withdrawn by any. */
public interface Patience {
    /** That of a statement without a query timeout, which nobody cancels. */
    Patience ENDLESS = new Patience() {
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

    /** The statement's query timeout; {@link Long#MAX_VALUE} if it has none. */
    long limitNanos();

    /** Whether the statement was cancelled. */
    boolean isWithdrawn();

    /** Says how much of the limit waiting has used up. */
    void waited(long nanos);
}
