package dev.weir.cluster;

import java.util.concurrent.atomic.LongAdder;

/**
 * One database server or store of a cluster, with its counters. Identity matters: a cluster makes each node once.
 * Thread-safe; the counters are striped, so that threads which count do not contend.
 */
public final class Node {
    private final int index;
    private final String name;
    private final String url;
    private final LongAdder started = new LongAdder();
    private final LongAdder finished = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder unserved = new LongAdder();
    private volatile long suspectRound = -1;

    public Node(int index, String name, String url) {
        this.index = index;
        this.name = name;
        this.url = url;
    }

    /** The place among {@link Cluster#nodes()}, from 0. */
    public int index() {
        return index;
    }

    /** A short name for people, unique in the cluster, such as {@code a:5432}. */
    public String name() {
        return name;
    }

    /** The target's own URL, without credentials. */
    public String url() {
        return url;
    }

    /** Counts a read that is about to be sent to this node. */
    public void readStarted() {
        started.increment();
    }

    /** Counts the end of a read, whether it succeeded or failed. */
    public void readFinished() {
        finished.increment();
    }

    /** Counts a statement other than a read. */
    public void written() {
        writes.increment();
    }

    /** Counts a statement or connection attempt that failed because of the node. */
    public void failed() {
        failures.increment();
    }

    /** Counts a read that this node could not serve, though it is well, so that the primary was asked. */
    public void unserved() {
        unserved.increment();
    }

    /** Takes the node out of rotation until a probe of a later round than this has succeeded. */
    void suspect(long round) {
        suspectRound = round;
    }

    /** Whether the node has failed since its probe of that round began. */
    boolean isSuspectSince(long round) {
        return suspectRound >= round;
    }

    /** How many reads run on this node now. */
    public long inFlight() {
        long ended = finished.sum();
        return Math.max(0, started.sum() - ended);
    }

    /** How many reads have ended on this node. */
    public long reads() {
        return finished.sum();
    }

    public long writes() {
        return writes.sum();
    }

    public long failures() {
        return failures.sum();
    }

    /** How many reads the primary was asked for because this node did not know what they name, or had cancelled them. */
    public long unservedReads() {
        return unserved.sum();
    }

    @Override
    public String toString() {
        return name;
    }
}
