package dev.weir.routing;

import dev.weir.cluster.Node;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a session scope has seen of the cluster, as far as it constrains its next reads. Thread-safe: shared by the connections of
 * an application or owned by one. It is written only when it changes, so that threads which merely read do not contend.
 *
 * <p>Three kinds of knowledge, each only ever growing: an exact position (commits and reads whose LSN is known); a probe round
 * such that the primary's state before the next round has been seen (commits and reads of the primary whose LSN is not known);
 * and the same for each replica, where the replica itself is exempt for as long as it has not restarted.
 */
public final class CausalClock {
    private static final long NONE = -1;

    private final AtomicLong lsn = new AtomicLong(NONE);
    private final AtomicLong epoch = new AtomicLong();
    private final AtomicLong primaryRound = new AtomicLong(NONE);
    private final AtomicReferenceArray<@Nullable Seen> replicas;
    private volatile int preferred = -1;

    /** A clock that has seen nothing of a cluster with this many nodes. */
    public CausalClock(int nodes) {
        replicas = new AtomicReferenceArray<>(nodes);
    }

    /** Reads of one replica in one of its lives, the last of them before this round's successor began. */
    private record Seen(long life, long round) {}

    /** The exact position seen; -1 if none is known. */
    long lsn() {
        return lsn.get();
    }

    /** The epoch of {@link #lsn()}; 0 if none is known. */
    long epoch() {
        return epoch.get();
    }

    /** Records a position that was seen. */
    void see(long seenEpoch, long seenLsn) {
        raise(epoch, seenEpoch);
        raise(lsn, seenLsn);
    }

    /** Records that the primary's state was seen by a commit or read that ended when this round was the newest to have begun. */
    void seePrimary(long round) {
        raise(primaryRound, round);
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
                return;
            }
        }
    }

    /**
     * The round that a replica must cover by a later one, so that it has all that this clock has seen by rounds.
     *
     * @param life the replica's current life
     * @return -1 if nothing constrains it
     */
    long roundNeeded(Node node, long life) {
        long needed = primaryRound.get();
        for (int i = 0; i < replicas.length(); i++) {
            Seen seen = replicas.get(i);
            if (seen != null && seen.round > needed && (i != node.index() || seen.life != life)) {
                needed = seen.round;
            }
        }
        return needed;
    }

    /** The replica that this scope's reads keep to while its position is not known exactly; -1 if none was chosen. */
    int preferred() {
        return preferred;
    }

    void prefer(Node node) {
        if (preferred != node.index()) {
            preferred = node.index();
        }
    }

    private static void raise(AtomicLong value, long to) {
        long current = value.get();
        while (current < to && !value.compareAndSet(current, to)) {
            current = value.get();
        }
    }
}
