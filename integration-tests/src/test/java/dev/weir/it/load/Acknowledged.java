package dev.weir.it.load;

import java.util.concurrent.atomic.AtomicLongArray;

/** The newest round of each writer whose commit has been acknowledged, and how many have been. Thread-safe: each writer has one thread. */
public final class Acknowledged {
    private final AtomicLongArray rounds;
    private final AtomicLongArray commits;

    Acknowledged(int writers) {
        rounds = new AtomicLongArray(writers);
        commits = new AtomicLongArray(writers);
    }

    void commit(int writer, long round) {
        commits.incrementAndGet(writer);
        rounds.set(writer, round);
    }

    public long round(int writer) {
        return rounds.get(writer);
    }

    /** How many of the writer's commits have been acknowledged. */
    public long commits(int writer) {
        return commits.get(writer);
    }

    public int writers() {
        return rounds.length();
    }
}
