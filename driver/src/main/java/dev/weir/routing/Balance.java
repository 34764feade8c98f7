package dev.weir.routing;

import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeStatus;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks one of several replicas: of those in the application's zone if there are any, by weight, where a replica that has just come
 * back counts for less. Thread-safe; allocates nothing.
 */
final class Balance {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** As many reads as a node executes at least before another one could be worth a wait. */
    private static final int CROWD = 4;

    private final LoadBalance kind;
    private final boolean alike;
    private final int[] weights;
    private final boolean[] near;

    Balance(LoadBalance kind, Preference preference, List<Node> nodes) {
        this.kind = kind;
        this.alike = !preference.makesADifference();
        this.weights = new int[nodes.size()];
        this.near = new boolean[nodes.size()];
        for (Node node : nodes) {
            weights[node.index()] = preference.weight(node.index());
            near[node.index()] = preference.isNear(node.index());
        }
    }

    /**
     * Picks among the replicas of the view whose bits are set, of which there is at least one.
     *
     * @return the replica's index in the view
     */
    int pick(long eligible, RoutingSession session, ClusterView view) {
        if (Long.bitCount(eligible) == 1) {
            return Long.numberOfTrailingZeros(eligible);
        }
        long preferred = alike ? eligible : preferred(eligible, view);
        int count = Long.bitCount(preferred);
        if (count == 1) {
            return Long.numberOfTrailingZeros(preferred);
        }
        boolean even = alike && view.isEven();
        return switch (kind) {
            case LEAST_OUTSTANDING ->
                even ? lessBusy(preferred, count, session, view) : lessBusyByShare(preferred, view);
            case ROUND_ROBIN ->
                even
                        ? nth(preferred, session.nextTurn(count))
                        : byShare(preferred, view, (session.nextTurn() * GOLDEN) >>> 1);
            case RANDOM ->
                even ? nth(preferred, ThreadLocalRandom.current().nextInt(count)) : byShare(preferred, view, random());
            case FASTEST -> fastest(preferred, view);
        };
    }

    /** Those of the greatest preference: near ones with a weight, then near ones, then any with a weight. */
    private long preferred(long eligible, ClusterView view) {
        long close = 0;
        long weighty = 0;
        for (long left = eligible; left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            int node = view.replica(i).node().index();
            close |= near[node] ? 1L << i : 0;
            weighty |= weights[node] > 0 ? 1L << i : 0;
        }
        if (weighty == 0) {
            return close == 0 ? eligible : close;
        }
        return (weighty & close) == 0 ? weighty : weighty & close;
    }

    /** Whether a replica is among the best that could serve. */
    boolean isPreferred(int replica, long eligible, ClusterView view) {
        return alike || (preferred(eligible, view) & 1L << replica) != 0;
    }

    /** Whether a node has so much more to do than some replica which it could share with that a round of probes is the shorter wait. */
    boolean isCrowded(NodeStatus node, ClusterView view) {
        long load = node.node().load();
        if (load < CROWD) {
            return false;
        }
        long answering = 0;
        for (int i = 0; i < Math.min(view.replicaCount(), Long.SIZE); i++) {
            answering |= view.replica(i).isSuspect() || view.replica(i).node() == node.node() ? 0 : 1L << i;
        }
        long others = answering == 0 || alike ? answering : preferred(answering, view);
        for (long left = others; left != 0; left &= left - 1) {
            NodeStatus other = view.replica(Long.numberOfTrailingZeros(left));
            if (load * share(other) > (2 * other.node().load() + CROWD - 1) * share(node)) {
                return true;
            }
        }
        return false;
    }

    private long share(NodeStatus replica) {
        return Math.max(1, (long) weights[replica.node().index()] * replica.share());
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
        return view.replica(one).node().load() <= view.replica(other).node().load() ? one : other;
    }

    /** Of two that are picked by their shares, the one that would have less to do for its share. */
    private int lessBusyByShare(long eligible, ClusterView view) {
        int one = byShare(eligible, view, random());
        int other = byShare(eligible & ~(1L << one), view, random());
        NodeStatus first = view.replica(one);
        NodeStatus second = view.replica(other);
        return first.node().load() * share(second) <= second.node().load() * share(first) ? one : other;
    }

    private static long random() {
        return ThreadLocalRandom.current().nextLong() >>> 1;
    }

    /**
     * The replica that a point falls on when each takes a stretch as long as its share.
     *
     * @param point from 0 to {@link Long#MAX_VALUE}, which stands for the end of the line
     */
    private int byShare(long eligible, ClusterView view, long point) {
        long sum = 0;
        for (long left = eligible; left != 0; left &= left - 1) {
            sum += share(view.replica(Long.numberOfTrailingZeros(left)));
        }
        long at = Math.multiplyHigh(point, sum << 1);
        long left = eligible;
        while (true) {
            int i = Long.numberOfTrailingZeros(left);
            at -= share(view.replica(i));
            left &= left - 1;
            if (at < 0 || left == 0) {
                return i;
            }
        }
    }

    /** By the time that one more read would take there, as probes tell: their round trip, for each read under way and this one. */
    private int fastest(long eligible, ClusterView view) {
        int best = Long.numberOfTrailingZeros(eligible);
        double least = cost(view.replica(best));
        for (long left = eligible & (eligible - 1); left != 0; left &= left - 1) {
            int i = Long.numberOfTrailingZeros(left);
            double cost = cost(view.replica(i));
            if (cost < least) {
                best = i;
                least = cost;
            }
        }
        return best;
    }

    private double cost(NodeStatus replica) {
        return (double) (replica.latencyNanos() + 1) * (replica.node().load() + 1) / share(replica);
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
