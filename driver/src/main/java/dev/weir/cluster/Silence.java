package dev.weir.cluster;

/**
 * How long a node has given no sign of life: by the clock, and by the monitor's own rounds, so that a JVM which was itself suspended
 * takes nobody for dead. Confined to one thread.
 */
final class Silence {
    private static final int LEAST_ROUNDS = 3;

    private final long limitNanos;
    private final long roundsNeeded;
    private boolean listening;
    private long since;
    private long rounds;

    Silence(long limitNanos, long intervalNanos) {
        this.limitNanos = limitNanos;
        // Half of them, since a loaded machine is late with its rounds.
        this.roundsNeeded = Math.max(LEAST_ROUNDS, limitNanos / intervalNanos / 2);
    }

    /** A probe is sent. */
    void asked(long now) {
        if (!listening) {
            listening = true;
            since = now;
            rounds = 0;
        }
    }

    /** The node has answered, or somebody has for it. */
    void heard() {
        listening = false;
    }

    /** One more round has passed; whether the limit was passed with it. From then on it counts anew. */
    boolean isTooLongAt(long now) {
        rounds++;
        if (!listening || rounds < roundsNeeded || now - since < limitNanos) {
            return false;
        }
        since = now;
        rounds = 0;
        return true;
    }
}
