package dev.weir.cluster;

import java.util.concurrent.atomic.LongAdder;

/** What happens in a cluster as a whole, counted. Thread-safe. */
public final class Meters {
    private final LongAdder retries = new LongAdder();
    private final LongAdder misroutes = new LongAdder();
    private final LongAdder losses = new LongAdder();
    private final Histogram waits = new Histogram();
    private final Histogram staleness = new Histogram();

    /** Counts a read that failed before its first row and was sent to another node. */
    public void retried() {
        retries.increment();
    }

    /** Counts a text that a replica refused as a write, which is remembered. */
    public void misrouted() {
        misroutes.increment();
    }

    /** Counts a session that was told that something it had seen may be lost. */
    public void lost() {
        losses.increment();
    }

    /** Counts a read that waited so long for a replica. */
    public void waited(long nanos) {
        waits.add(nanos);
    }

    /** Counts reads of a replica that was at most so stale. */
    void stale(long nanos, long reads) {
        staleness.add(nanos, reads);
    }

    public long retries() {
        return retries.sum();
    }

    public long misroutes() {
        return misroutes.sum();
    }

    public long losses() {
        return losses.sum();
    }

    public Histogram waits() {
        return waits;
    }

    public Histogram staleness() {
        return staleness;
    }
}
