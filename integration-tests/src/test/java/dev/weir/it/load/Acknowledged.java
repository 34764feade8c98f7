package dev.weir.it.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/** The rounds of each writer whose commit, or rollback, has been acknowledged. Thread-safe: each writer has one thread. */
public final class Acknowledged {
    private final AtomicLongArray newest;
    private final List<Queue<Long>> rounds;
    private final List<Queue<Long>> rolledBack;

    Acknowledged(int writers) {
        newest = new AtomicLongArray(writers);
        rounds = queues(writers);
        rolledBack = queues(writers);
    }

    private static List<Queue<Long>> queues(int count) {
        return Stream.<Queue<Long>>generate(ConcurrentLinkedQueue::new)
                .limit(count)
                .toList();
    }

    void rollBack(int writer, long round) {
        rolledBack.get(writer).add(round);
    }

    void commit(int writer, long round) {
        rounds.get(writer).add(round);
        newest.set(writer, round);
    }

    /** The newest acknowledged round of the writer; 0 if there is none. */
    public long round(int writer) {
        return newest.get(writer);
    }

    /** How many of the writer's commits have been acknowledged. */
    public long commits(int writer) {
        return rounds.get(writer).size();
    }

    /** Every acknowledged round of the writer so far, in order. */
    public List<Long> rounds(int writer) {
        return new ArrayList<>(rounds.get(writer));
    }

    /** Every round that the writer has rolled back so far. */
    public List<Long> rolledBack(int writer) {
        return new ArrayList<>(rolledBack.get(writer));
    }

    public int writers() {
        return rounds.size();
    }
}
