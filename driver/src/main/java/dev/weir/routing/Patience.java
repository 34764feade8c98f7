package dev.weir.routing;

import dev.weir.cluster.Allowance;

/** How long the application lets one statement wait before it is sent: for a replica to catch up, and for a connection. */
public interface Patience extends Allowance {
    /** That of a statement without a query timeout, which nobody cancels. */
    Patience ENDLESS = new Patience() {
        @Override
        public long limitNanos() {
            return Allowance.ENDLESS.limitNanos();
        }

        @Override
        public boolean isWithdrawn() {
            return false;
        }

        @Override
        public void waited(long nanos) {}
    };

    /** What is left of the statement's query timeout; {@link Long#MAX_VALUE} if it has none. */
    @Override
    long limitNanos();

    /** Whether the statement was cancelled. */
    @Override
    boolean isWithdrawn();
}
