package dev.weir.routing;

import dev.weir.cluster.Break;
import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.Node;
import dev.weir.sql.Tables;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a session scope has seen of the cluster, as far as it constrains its next reads. Thread-safe: shared by the connections of
 * an application or owned by one. It is written only when it changes, so that threads which merely read do not contend.
 *
 * <p>Three kinds of knowledge, each only ever growing: an exact position (commits and reads whose LSN is known); a probe round
 * such that the primary's state before the next round has been seen (commits and reads of the primary whose LSN is not known);
 * and the same for each replica, where the replica itself is exempt for as long as it has not restarted.
 *
 * <p>Apart from that it knows what it would be without the scope's own blind inserts, and when these wrote to which table: a read of
 * other tables cannot tell whether they are there.
 */
final class CausalClock {
    static final long NONE = -1;

    private final AtomicReference<@Nullable CausalToken> token = new AtomicReference<>();
    private final AtomicLong primaryRound = new AtomicLong(NONE);

    /** As token and primaryRound, without blind inserts. */
    private final AtomicReference<@Nullable CausalToken> observedToken = new AtomicReference<>();

    private final AtomicLong observedRound = new AtomicLong(NONE);
    private final AtomicReference<@Nullable TableRounds> inserted = new AtomicReference<>();
    private final AtomicReferenceArray<@Nullable Seen> replicas;
    private final ChangeCount version;
    private final Hold hold = new Hold();
    private final Backoff backoff = new Backoff();
    private final AtomicInteger preferred = new AtomicInteger(-1);

    private final ReentrantLock following = new ReentrantLock();
    private volatile Lineage lineage;
    private volatile int losses;
    private volatile @Nullable Break newestLoss;

    private CausalClock(int nodes, Lineage lineage, ChangeCount version) {
        this.replicas = new AtomicReferenceArray<>(nodes);
        this.lineage = lineage;
        this.version = version;
    }

    /** A clock for the connections of an application that has seen nothing of a cluster with this many nodes, whose primaries have had this history. */
    static CausalClock shared(int nodes, Lineage lineage) {
        return new CausalClock(nodes, lineage, ChangeCount.shared());
    }

    /** As {@link #shared} for one connection. */
    static CausalClock owned(int nodes, Lineage lineage) {
        return new CausalClock(nodes, lineage, ChangeCount.owned());
    }

    /** The history of primaries that it has followed. */
    Lineage lineage() {
        return lineage;
    }

    /** How often something that was seen has been lost, or may have been. */
    int losses() {
        return losses;
    }

    /** Where it was lost last; null if it never was. */
    @Nullable Break newestLoss() {
        return newestLoss;
    }

    /** Says that something seen, or about to be recorded as seen, was lost there. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    void lose(Break where) {
        following.lock();
        try {
            newestLoss = where;
            losses++;
            version.raise();
        } finally {
            following.unlock();
        }
    }

    /**
     * Takes what was seen over to a newer history. Does nothing if another has done that.
     *
     * @param from the history for which the verdict holds
     * @param lost the first break at which something seen was lost; null if all lives on
     */
    @SuppressWarnings({"NonAtomicVolatileUpdate", "ReferenceEquality"}) // under the lock; one object for each history
    void follow(Lineage from, Lineage to, @Nullable Break lost) {
        following.lock();
        try {
            if (lineage != from) {
                return;
            }
            for (Break happened : to.breaksAfter(from)) {
                token.updateAndGet(seen -> inherited(seen, happened));
                observedToken.updateAndGet(seen -> inherited(seen, happened));
            }
            lineage = to;
            version.raise();
            if (lost != null) {
                newestLoss = lost;
                losses++;
            }
        } finally {
            following.unlock();
        }
    }

    private static @Nullable CausalToken inherited(@Nullable CausalToken seen, Break happened) {
        if (seen == null || seen.epoch() != happened.epochBefore()) {
            return seen;
        }
        return happened.keptLsn() < 0
                ? null
                : new CausalToken(happened.epoch(), Math.min(seen.lsn(), happened.keptLsn()));
    }

    /** The round of the newest commit or read on the primary; {@link #NONE} if there was none. */
    long primaryRound() {
        return primaryRound.get();
    }

    /** The round of the newest read of a replica; {@link #NONE} if there was none. */
    long replicaRound(int index) {
        Seen seen = replicas.get(index);
        return seen == null ? NONE : seen.round;
    }

    /** Reads of one replica in one of its lives, the last of them ended before this round's successor began. */
    private record Seen(long life, long round) {}

    /** Changes after each change of what was seen and before the call that changed it returns. One volatile read. */
    long version() {
        return version.newest();
    }

    /** The counter of {@link #version}. */
    ChangeCount changes() {
        return version;
    }

    /** The exact position seen; null if none is known. */
    @Nullable CausalToken token() {
        return token.get();
    }

    /** Records a position that was seen. One of a newer epoch replaces one of an older, whose positions it does not compare with. */
    void see(long epoch, long lsn) {
        boolean observed = advance(observedToken, epoch, lsn);
        if (advance(token, epoch, lsn) || observed) {
            version.raise();
        }
    }

    private static boolean advance(AtomicReference<@Nullable CausalToken> token, long epoch, long lsn) {
        while (true) {
            CausalToken seen = token.get();
            if (seen != null && (seen.epoch() > epoch || (seen.epoch() == epoch && seen.lsn() >= lsn))) {
                return false;
            }
            if (token.compareAndSet(seen, new CausalToken(epoch, lsn))) {
                return true;
            }
        }
    }

    /** Records that the primary's state was seen by a commit or read that ended when this round was the newest to have begun. */
    void seePrimary(long round) {
        boolean observed = advance(observedRound, round);
        if (advance(primaryRound, round) || observed) {
            version.raise();
        }
    }

    private static boolean advance(AtomicLong newest, long round) {
        long seen = newest.get();
        while (seen < round) {
            if (newest.compareAndSet(seen, round)) {
                return true;
            }
            seen = newest.get();
        }
        return false;
    }

    /**
     * Records a commit of nothing but blind inserts into some tables, acknowledged when this round was the newest to have begun.
     *
     * @param epoch that of its position
     * @param lsn its position; -1 if that is not known
     */
    void insert(Tables tables, long round, long epoch, long lsn) {
        if (!insertedInto().wrote(tables, round)) {
            seePrimary(round);
        }
        if (lsn < 0) {
            advance(primaryRound, round);
        } else {
            advance(token, epoch, lsn);
        }
        version.raise();
    }

    private TableRounds insertedInto() {
        TableRounds known = inserted.get();
        if (known != null) {
            return known;
        }
        TableRounds fresh = new TableRounds();
        TableRounds first = inserted.compareAndExchange(null, fresh);
        return first == null ? fresh : first;
    }

    /** Records a read of a replica, chosen in this life of it, that ended when this round was the newest to have begun. */
    void seeReplica(Node node, long life, long round) {
        int i = node.index();
        while (true) {
            Seen seen = replicas.get(i);
            if (seen != null && seen.life == life && seen.round >= round) {
                return;
            }
            if (seen != null && seen.life > life) {
                seePrimary(round);
                return;
            }
            if (seen != null && seen.life < life) {
                seePrimary(seen.round);
            }
            if (replicas.compareAndSet(i, seen, new Seen(life, round))) {
                version.raise();
                return;
            }
        }
    }

    /**
     * The round that a replica must cover by a later one, so that it has all that this clock has seen by rounds. What the replica
     * itself showed in its present life does not count.
     *
     * @return {@link #NONE} if nothing constrains it
     */
    long roundNeeded(Node replica, long life) {
        return withReads(primaryRound.get(), replica, life);
    }

    /** As {@link #roundNeeded(Node, long)} for a read of these tables only: blind inserts into others do not count. */
    long roundNeeded(Node replica, long life, Tables read) {
        TableRounds known = inserted.get();
        long own = known == null ? NONE : known.newest(read);
        return withReads(Math.max(observedRound.get(), own), replica, life);
    }

    /** As {@link #token} without the scope's own blind inserts. */
    @Nullable CausalToken observedToken() {
        return observedToken.get();
    }

    private long withReads(long atLeast, Node replica, long life) {
        long needed = atLeast;
        for (int i = 0; i < replicas.length(); i++) {
            Seen seen = replicas.get(i);
            if (seen != null && seen.round > needed && (i != replica.index() || seen.life != life)) {
                needed = seen.round;
            }
        }
        return needed;
    }

    /** The newest round seen anywhere; {@link #NONE} if there is none. */
    long roundSeen() {
        return withReads(primaryRound.get());
    }

    /** As {@link #roundSeen()} for a read of these tables only. */
    long roundSeen(Tables read) {
        TableRounds known = inserted.get();
        return withReads(Math.max(observedRound.get(), known == null ? NONE : known.newest(read)));
    }

    private long withReads(long atLeast) {
        long newest = atLeast;
        for (int i = 0; i < replicas.length(); i++) {
            Seen seen = replicas.get(i);
            if (seen != null && seen.round > newest) {
                newest = seen.round;
            }
        }
        return newest;
    }

    /** The ration of waiting for measurements. */
    Hold hold() {
        return hold;
    }

    Backoff backoff() {
        return backoff;
    }

    /** The index of the replica that this scope's reads keep to while positions are sampled; -1 if none was chosen. */
    int preferred() {
        return preferred.get();
    }

    /** Moves the scope's reads from one replica to another, unless somebody else has moved them; says where they go now. */
    int prefer(int from, int to) {
        int now = preferred.compareAndExchange(from, to);
        if (now != from) {
            return now;
        }
        version.raise();
        return to;
    }
}
