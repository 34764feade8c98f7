package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.NodeStatus;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides when session reads that had to fall back to the primary have the nodes probed before their time: often while some replica is so
 * close that only the proof is missing, seldom while all are far behind, when probes would be of no use. Thread-safe.
 */
final class Haste {
    private static final long SHORTEST_NANOS = 1_000_000;
    private static final int CLOSE = 5;
    private static final int OFTEN = 50;
    private static final int SELDOM = 2;

    private final long intervalNanos;
    private final AtomicLong last;

    Haste(Duration probeInterval, long now) {
        this.intervalNanos = probeInterval.toNanos();
        this.last = new AtomicLong(now - intervalNanos);
    }

    /** Whether the caller is to ask for a probe now; true for one of those who ask at the same time. */
    boolean isDue(ClusterView view, long now) {
        long before = last.get();
        long pause = isAnyClose(view, now)
                ? Math.max(SHORTEST_NANOS, intervalNanos / OFTEN)
                : Math.max(SHORTEST_NANOS, intervalNanos / SELDOM);
        return now - before >= pause && last.compareAndSet(before, now);
    }

    private boolean isAnyClose(ClusterView view, long now) {
        for (int i = 0; i < view.replicaCount(); i++) {
            NodeStatus replica = view.replica(i);
            if (replica.coveredRound() >= 0 && now - replica.coveredNanos() <= intervalNanos / CLOSE) {
                return true;
            }
        }
        return false;
    }
}
