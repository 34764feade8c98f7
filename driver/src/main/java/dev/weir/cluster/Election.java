package dev.weir.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the primary among the nodes and judges the others by it. The newest epoch or timeline ever seen rules: a primary of an older
 * one is refused, and so is a second one of the same. No primary is chosen before every node has had its chance to answer, so that
 * two of them never depend on who answers first. Confined to one thread.
 */
final class Election {
    private final List<NodeTrack> tracks;
    private final Lineages lineages;
    private @Nullable NodeTrack primary;
    private String cluster = "";
    private boolean settled;
    private long epoch;

    /** @param lineages tell the newest epoch ever seen of a cluster, whatever its nodes say now */
    Election(List<NodeTrack> tracks, Lineages lineages) {
        this.tracks = tracks;
        this.lineages = lineages;
    }

    /** The node that rules, whatever its state; null if none or more than one may claim it. */
    @Nullable NodeTrack primary() {
        return primary;
    }

    /** The identity of the cluster; empty while not known. */
    String cluster() {
        return cluster;
    }

    /** Whether a node's positions compare with the primary's: same cluster, same epoch. */
    boolean isCurrent(NodeTrack track) {
        return isOurs(track) && (track.epoch() == 0 || track.epoch() == epoch);
    }

    /** Decides anew who is primary; says whether positions known until now have lost their meaning by it. */
    boolean hold() {
        for (NodeTrack track : tracks) {
            if (track.answer() == NodeState.UNKNOWN) {
                return false;
            }
        }
        if (!settled) {
            identify();
        }
        long before = epoch;
        for (NodeTrack track : tracks) {
            if (isOurs(track) && track.epoch() > epoch) {
                epoch = track.epoch();
            }
        }
        NodeTrack chosen = choose();
        boolean changed = epoch != before || (chosen != null && chosen != primary);
        primary = chosen;
        settled |= chosen != null;
        return changed;
    }

    private void identify() {
        NodeTrack first = firstToTell();
        if (first != null && !first.cluster().equals(cluster)) {
            cluster = first.cluster();
            epoch = lineages.of(cluster).epoch();
        }
    }

    /** The first primary; if there is none and nothing is known yet, the first node that tells its cluster. */
    private @Nullable NodeTrack firstToTell() {
        NodeTrack first = null;
        for (NodeTrack track : tracks) {
            if (track.role() == NodeRole.PRIMARY) {
                return track;
            }
            if (first == null && cluster.isEmpty() && !track.cluster().isEmpty()) {
                first = track;
            }
        }
        return first;
    }

    private @Nullable NodeTrack choose() {
        NodeTrack standing = primary;
        if (standing != null && standing.role() == NodeRole.PRIMARY && isCurrent(standing)) {
            return standing;
        }
        NodeTrack claimant = null;
        NodeTrack current = null;
        for (NodeTrack track : tracks) {
            if (track.role() != NodeRole.PRIMARY || !isReachable(track)) {
                continue;
            }
            if (standing == null && claimant != null && !claimant.cluster().equals(track.cluster())) {
                return null;
            }
            claimant = track;
            if (isCurrent(track)) {
                if (current != null) {
                    return null;
                }
                current = track;
            }
        }
        return current;
    }

    private static boolean isReachable(NodeTrack track) {
        return track.answer() == NodeState.UP || track.answer() == NodeState.UNFIT;
    }

    private boolean isOurs(NodeTrack track) {
        return track.cluster().isEmpty() || track.cluster().equals(cluster);
    }

    /** The node's status in the light of the election. */
    NodeStatus judge(NodeTrack track, long now) {
        if (!isReachable(track) || track == primary) {
            return track.status(now);
        }
        if (cluster.isEmpty()) {
            return track.status(now);
        }
        if (!isOurs(track)) {
            return track.status(
                    now, NodeState.FOREIGN, "belongs to cluster " + track.cluster() + " instead of " + cluster);
        }
        if (track.epoch() != 0 && track.epoch() < epoch) {
            return track.status(
                    now, NodeState.FENCED, "is of epoch " + track.epoch() + " while the newest known is " + epoch);
        }
        if (track.role() == NodeRole.PRIMARY) {
            return track.status(
                    now,
                    NodeState.FENCED,
                    "claims to be the primary of epoch " + epoch + " beside " + rivals(track)
                            + "; stop one of them, Weir cannot tell which is right");
        }
        return track.status(now);
    }

    private String rivals(NodeTrack claimant) {
        return tracks.stream()
                .filter(track -> track != claimant && track.role() == NodeRole.PRIMARY)
                .map(track -> track.node.name())
                .reduce((a, b) -> a + " and " + b)
                .orElse("another");
    }
}
