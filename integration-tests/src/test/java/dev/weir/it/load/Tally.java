package dev.weir.it.load;

import java.sql.SQLException;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened during a {@link Load}. Thread-safe. */
public final class Tally {
    private static final int KEPT = 20;

    final LongAdder commits = new LongAdder();
    final LongAdder rollbacks = new LongAdder();
    final LongAdder reads = new LongAdder();
    private final LongAdder losses = new LongAdder();
    private final AtomicReference<@Nullable SQLException> lost = new AtomicReference<>();
    private final AtomicLong kept = new AtomicLong();
    private final Queue<Miss> misses = new ConcurrentLinkedQueue<>();
    private final Queue<SQLException> unexpected = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, LongAdder> conflicts = new ConcurrentHashMap<>();

    void conflict(SQLException failure) {
        conflicts
                .computeIfAbsent(failure.getSQLState() + "/" + failure.getErrorCode(), key -> new LongAdder())
                .increment();
    }

    void loss(SQLException failure) {
        losses.increment();
        lost.compareAndSet(null, failure);
    }

    void unexpected(SQLException failure) {
        if (kept.incrementAndGet() <= KEPT) {
            unexpected.add(failure);
        }
    }

    void miss(Miss miss) {
        misses.add(miss);
    }

    public long commits() {
        return commits.sum();
    }

    public long reads() {
        return reads.sum();
    }

    /** Reads that did not see what had been acknowledged to their session before they began. */
    public Queue<Miss> misses() {
        return misses;
    }

    /** Failures other than lost races between transactions and lost connections; the first twenty. */
    public Queue<SQLException> unexpected() {
        return unexpected;
    }

    /** How many statements failed since a node or the connection to it went away. */
    public long losses() {
        return losses.sum();
    }

    /** The first of the {@link #losses}; null if there was none. */
    public @Nullable SQLException firstLoss() {
        return lost.get();
    }

    /** Lost races between transactions, by SQLSTATE and vendor code. */
    public Map<String, Long> conflicts() {
        Map<String, Long> counts = new TreeMap<>();
        conflicts.forEach((state, count) -> counts.put(state, count.sum()));
        return counts;
    }

    @Override
    public String toString() {
        return commits() + " commits, " + rollbacks.sum() + " rollbacks, " + reads() + " reads, conflicts "
                + conflicts() + ", " + misses.size() + " misses, " + losses() + " lost connections, "
                + unexpected.size() + " unexpected failures";
    }
}
