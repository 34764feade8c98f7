package dev.weir.cluster;

import java.util.concurrent.TimeUnit;

/**
 * How long a node was away, and how much of its share of reads it may take since it is back: little at first, so that its caches fill
 * and a relapse costs few. Confined to one thread.
 */
final class Absence {
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SLOW_START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int FIRST_SHARE = 10;

    private boolean wasThere;
    private boolean away;
    private long leftNanos;
    private boolean back;
    private long backNanos;

    void left(long now) {
        if (!away) {
            away = true;
            leftNanos = now;
        }
    }

    void came(long now) {
        if (away && wasThere && now - leftNanos >= SHORT_NANOS) {
            back = true;
            backNanos = now;
        }
        away = false;
        wasThere = true;
    }

    /**
     * The node's share of reads, in percent.
     *
     * @param admittedNanos when its circuit breaker closed; 0 if it never did
     */
    int share(long now, long admittedNanos) {
        int share = back ? grown(now - backNanos) : NodeStatus.FULL_SHARE;
        return admittedNanos == 0 ? share : Math.min(share, grown(now - admittedNanos));
    }

    private static int grown(long nanos) {
        if (nanos >= SLOW_START_NANOS) {
            return NodeStatus.FULL_SHARE;
        }
        long more = Math.max(0, nanos) * (NodeStatus.FULL_SHARE - FIRST_SHARE) / SLOW_START_NANOS;
        return (int) (FIRST_SHARE + more);
    }
}
