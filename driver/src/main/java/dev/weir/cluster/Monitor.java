package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns samples and failures into views: who is primary, who may serve, how fresh each replica is. It keeps no thread and does no
 * I/O. Confined to one thread.
 */
final class Monitor {
    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private final List<NodeTrack> tracks;
    private final Election election;
    private final Lineages lineages;
    private PrimaryHistory history = new PrimaryHistory();
    private PrimaryHistory former = new PrimaryHistory();
    private Lineage lineage = Lineage.NONE;
    private final @Nullable EmbeddedReplication exact;
    private ClusterView view;

    Monitor(List<Node> nodes, Rounds rounds, Lineages lineages, @Nullable EmbeddedReplication exact, long now) {
        this.tracks = new ArrayList<>(nodes.size());
        List<NodeStatus> unknown = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            tracks.add(new NodeTrack(node, rounds));
            unknown.add(NodeStatus.unknown(node));
        }
        this.election = new Election(tracks, lineages);
        this.exact = exact;
        this.lineages = lineages;
        this.view = new ClusterView(unknown, null, List.of(), "", lineage, now, exact);
    }

    ClusterView view() {
        return view;
    }

    /** Takes in a probe that has failed, and what that says about its node. */
    void failed(Sample sample, Verdict verdict) {
        NodeTrack track = tracks.get(sample.node().index());
        track.failed(sample.receivedNanos(), sample.round(), verdict.state(), verdict.problem());
    }

    /** Takes in the answer to a probe. */
    void answered(Sample sample, Reading reading) {
        NodeTrack track = tracks.get(sample.node().index());
        track.answered(sample, reading, election.isCurrent(track));
        elect();
        if (track == election.primary()) {
            follow();
        } else {
            cover(track);
        }
    }

    /** Takes in that a node has failed outside a probe, or has not answered one. */
    void failed(long now, Node node, NodeState state, String problem) {
        tracks.get(node.index()).failed(now, -1, state, problem);
    }

    /** What the node's newest probe or failure said. */
    NodeState answer(Node node) {
        return tracks.get(node.index()).answer();
    }

    private void elect() {
        if (election.hold()) {
            beginAnew();
            follow();
        }
        NodeTrack primary = election.primary();
        if (primary != null && primary.role() == NodeRole.PRIMARY && election.isCurrent(primary)) {
            inherit(primary);
        }
    }

    /** Positions known until now do not compare with those to come. */
    private void beginAnew() {
        if (!history.isEmpty()) {
            former = history;
            history = new PrimaryHistory();
        }
        for (NodeTrack track : tracks) {
            track.forgetCoverage();
        }
    }

    /** Notes where the ruling primary's history left that of the one before, if it did. */
    private void inherit(NodeTrack primary) {
        if (lineage.epoch() == primary.epoch()
                && !primary.wentBack()
                && lineage.unknownOf(primary.origins()).isEmpty()) {
            return;
        }
        // Where a primary tells its origins, these say more.
        boolean wentBack = primary.wentBack() && primary.origins().isEmpty();
        primary.goneBackNoted();
        boolean[] broke = new boolean[1];
        Lineage own = lineage;
        Lineage shared = lineages.change(election.cluster(), known -> {
            List<Origin> told = known.unknownOf(primary.origins());
            Lineage next = known.with(Math.max(known.epoch(), primary.epoch()), told);
            boolean newEpoch = primary.epoch() > known.epoch();
            boolean sameEpoch = primary.epoch() == known.epoch()
                    && (wentBack || told.stream().anyMatch(origin -> origin.epochBefore() == known.epoch()));
            if (known.epoch() == 0 || (!newEpoch && !sameEpoch)) {
                return next;
            }
            broke[0] = true;
            return next.with(brokenAt(primary, known.epoch(), told));
        });
        if (!broke[0] && own.isContinuedBy(shared, primary.epoch())) {
            // Another monitor has told of this promotion first. What this one knows to be kept may be more, or of
            // another promotion.
            List<Origin> told = own.unknownOf(primary.origins());
            lineage = own.with(primary.epoch(), told).with(brokenAt(primary, own.epoch(), told));
        } else {
            lineage = own.continuedBy(shared);
        }
        if (broke[0]
                && !history.isEmpty()
                && lineage.breaks().get(lineage.breaks().size() - 1).epochBefore() == primary.epoch()) {
            beginAnew();
            follow();
        }
    }

    private Break brokenAt(NodeTrack primary, long epochBefore, List<Origin> told) {
        long kept = told.stream()
                .filter(origin -> origin.epochBefore() >= epochBefore)
                .mapToLong(Origin::lsn)
                .min()
                .orElse(primary.epoch() == epochBefore ? primary.lsn() : primary.heldLsn());
        PrimaryHistory seen = primary.epoch() == epochBefore ? history : former;
        Break happened = new Break(epochBefore, primary.epoch(), kept, seen.newestRoundAtMost(kept));
        LOG.warn("The history of the primary {} began anew: {}", primary.node, happened);
        return happened;
    }

    private void follow() {
        NodeTrack primary = election.primary();
        if (primary != null) {
            primary.extend(history);
            for (NodeTrack track : tracks) {
                cover(track);
            }
        }
    }

    private void cover(NodeTrack track) {
        if (election.isCurrent(track)) {
            track.cover(history);
        } else {
            track.forgetCoverage();
        }
    }

    /** Makes the view of what has been taken in until now. */
    ClusterView publish(long now) {
        elect();
        List<NodeStatus> statuses = new ArrayList<>(tracks.size());
        List<NodeStatus> replicas = new ArrayList<>(tracks.size());
        NodeStatus primary = null;
        for (NodeTrack track : tracks) {
            NodeStatus status = election.judge(track, now);
            statuses.add(status);
            if (track == election.primary()) {
                primary = status;
            } else if (status.isUp() && status.role() == NodeRole.REPLICA && status.lsn() >= 0) {
                replicas.add(status);
            }
        }
        log(statuses);
        learn();
        view = new ClusterView(statuses, primary, replicas, election.cluster(), lineage, now, exact);
        return view;
    }

    /**
     * Takes over what other monitors of the JVM have told of the cluster. Of a promotion that this monitor has not seen itself, nothing:
     * others may know less of what is kept.
     */
    private void learn() {
        if (election.cluster().isEmpty()) {
            return;
        }
        Lineage shared = lineages.of(election.cluster());
        if (lineage.epoch() == 0 || lineage.epoch() == shared.epoch()) {
            lineage = lineage.continuedBy(shared);
        }
    }

    private void log(List<NodeStatus> statuses) {
        if (exact != null && exact.isEnding()) {
            return; // there is nothing amiss with a node whose JVM ends
        }
        for (NodeStatus status : statuses) {
            NodeStatus before = view.status(status.node());
            if (before.state() == status.state() && before.role() == status.role()) {
                continue;
            }
            if (status.isUp()) {
                LOG.info(
                        "Node {} is up as {}",
                        status.node(),
                        status.role().name().toLowerCase(Locale.ROOT));
            } else {
                LOG.warn("Node {}; it is out of rotation until a probe succeeds", status.describe());
            }
        }
        Node primary = election.primary() == null ? null : election.primary().node;
        Node before = view.primary() == null ? null : view.primary().node();
        if (!Objects.equals(primary, before)) {
            if (primary == null) {
                LOG.warn("No primary is known any more; it was {}", before);
            } else {
                LOG.info("The primary is {}", primary);
            }
        }
    }

    /** What a failed probe says about its node: its state and why, without credentials. */
    record Verdict(NodeState state, String problem) {}
}
