package dev.weir.cluster;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * One database server or store of a cluster, with its counters. Identity matters: a cluster makes each node once.
 * Thread-safe; what statements count is on the {@link Tally} of their connection, so that threads which count do not contend.
 */
public final class Node {
    private static final AtomicLongFieldUpdater<Node> SUSPECT_ROUND =
            AtomicLongFieldUpdater.newUpdater(Node.class, "suspectRound");

    private final int index;
    private final String name;
    private final String url;
    private final Tallies tallies = new Tallies();
    private final LongAdder failures = new LongAdder();
    private final LongAdder unserved = new LongAdder();
    private final ConcurrentMap<String, LongAdder> byReason = new ConcurrentSkipListMap<>();
    private final Histogram readTimes = new Histogram();
    private final Histogram writeTimes = new Histogram();
    private final Breaker breaker = new Breaker();
    private volatile long suspectRound = -1;
    private volatile long admittedNanos;
    private volatile int cuts;

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

    /** What a connection to this node counts its statements on until it gives it back. */
    public Tally lendTally() {
        return tallies.lend();
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
        SUSPECT_ROUND.accumulateAndGet(this, round, Math::max);
    }

    /** Takes the node out of rotation, whatever its probes say, until {@link #admit}. */
    void exclude() {
        suspectRound = Long.MAX_VALUE;
    }

    /** Lets the node into rotation when a probe of a later round than this has succeeded, with a small share of reads first. */
    void admit(long round, long nowNanos) {
        admittedNanos = nowNanos == 0 ? 1 : nowNanos;
        suspectRound = round;
    }

    /** When it was let in last; 0 if it never had to be. */
    long admittedNanos() {
        return admittedNanos;
    }

    Breaker breaker() {
        return breaker;
    }

    /** Whether reads are kept from the node because it goes on failing them. */
    public BreakerState breakerState() {
        return breaker.state();
    }

    /** Whether the node has failed since its probe of that round began. */
    boolean isSuspectSince(long round) {
        return suspectRound >= round;
    }

    /** Says that every connection to this node is being broken off. Called by one thread at a time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void cut() {
        cuts++;
    }

    /** How often all connections to this node have been broken off: one that was opened at another count is of no more use. */
    public int cuts() {
        return cuts;
    }

    /** What counts the statements that run here for a reason; always the same one for one reason. */
    public LongAdder counter(String reason) {
        return byReason.computeIfAbsent(reason, unseen -> new LongAdder());
    }

    /** The reasons that have a counter. */
    Set<String> reasonNames() {
        return byReason.keySet();
    }

    /** How many statements have run here for each reason that there was. */
    public Map<String, Long> reasons() {
        Map<String, Long> counts = new TreeMap<>();
        byReason.forEach((reason, counter) -> {
            long count = counter.sum();
            if (count > 0) {
                counts.put(reason, count);
            }
        });
        return counts;
    }

    /** Notes how long a read took that was picked to be measured. */
    public void readTook(long nanos) {
        readTimes.add(nanos);
    }

    /** Notes how long a statement other than a read took that was picked to be measured. */
    public void writeTook(long nanos) {
        writeTimes.add(nanos);
    }

    public Histogram readTimes() {
        return readTimes;
    }

    public Histogram writeTimes() {
        return writeTimes;
    }

    /** How many reads run on this node now. */
    public long inFlight() {
        return tallies.running();
    }

    /** About how many reads run on this node now, found in a time that does not grow with its connections. */
    public long load() {
        return tallies.load();
    }

    /** How many reads have ended on this node. */
    public long reads() {
        return tallies.reads();
    }

    public long writes() {
        return tallies.writes();
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
