package dev.weir.it.load;

import java.time.Duration;

/**
 * What a {@link Load} does. Immutable.
 *
 * @param seed decides every writer's statements, though not how threads interleave
 * @param writers how many threads write, each one a session of its own
 * @param readers how many threads only read
 * @param transactions how many transactions each writer tries
 * @param contention whether writers change each other's rows, so that plain H2 deadlocks now and then; without it each writer has rows
 *     of its own, and no statement may ever meet a lock
 * @param patience how long the whole load may take
 */
public record LoadSettings(
        long seed, int writers, int readers, int transactions, boolean contention, Duration patience) {
    public LoadSettings withTransactions(int count) {
        return new LoadSettings(seed, writers, readers, count, contention, patience);
    }

    @Override
    public String toString() {
        return "seed " + seed + (contention ? " (contended)" : " (disjoint)") + ", " + writers + " writers x "
                + transactions + " transactions, " + readers + " readers";
    }
}
