package dev.weir.replicator;

/** Work that is done again and again on one thread; confined to that thread, the runner's. */
@FunctionalInterface
public interface Duty {
    /**
     * Does what can be done now, without waiting for more.
     *
     * @return how much was done; 0 means that the caller may rest
     */
    int work();

    /** How long to leave between this round and the next, even if woken or if more is to be done, in nanoseconds. */
    default long paceNanos() {
        return 0;
    }
}
