package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import java.util.concurrent.ThreadLocalRandom;

/** Picks one of several replicas. Thread-safe; allocates nothing. */
final class Balance {
    private final LoadBalance kind;

    Balance(LoadBalance kind) {
        this.kind = kind;
    }

    /**
     * Picks among the replicas of the view whose bits are set, of which there is at least one.
     *
     * @return the replica's index in the view
     */
    int pick(long eligible, RoutingSession session, ClusterView view) {
        int count = Long.bitCount(eligible);
        if (count == 1) {
            return Long.numberOfTrailingZeros(eligible);
        }
        return switch (kind) {
            case LEAST_OUTSTANDING -> lessBusy(eligible, count, session, view);
            case ROUND_ROBIN -> nth(eligible, session.nextTurn(count));
            case RANDOM -> nth(eligible, ThreadLocalRandom.current().nextInt(count));
            case FASTEST -> fastest(eligible, view);
        };
    }

    private static int lessBusy(long eligible, int count, RoutingSession session, ClusterView view) {
        if (count == 2) {
            int one = Long.numberOfTrailingZeros(eligible);
            int other = Long.numberOfTrailingZeros(eligible & (eligible - 1));
            return session.nextTurn(2) == 0 ? lessBusy(one, other, view) : lessBusy(other, one, view);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(count);
        int second = random.nextInt(count - 1);
        return lessBusy(nth(eligible, first), nth(eligible, second >= first ? second + 1 : second), view);
    }

    private static int lessBusy(int one, int other, ClusterView view) {
        return view.replica(one).node().inFlight() <= view.replica(other).node().inFlight() ? one : other;
    }

    private static int fastest(long eligible, ClusterView view) {
        int best = Long.numberOfTrailingZeros(eligible);
        for (long left = eligible & (eligible - 1); left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            if (view.replica(i).latencyNanos() < view.replica(best).latencyNanos()) {
                best = i;
            }
        }
        return best;
    }

    /** The place of the n-th bit set, from 0. */
    private static int nth(long bits, int n) {
        long left = bits;
        for (int i = 0; i < n; i++) {
            left &= left - 1;
        }
        return Long.numberOfTrailingZeros(left);
    }
}
