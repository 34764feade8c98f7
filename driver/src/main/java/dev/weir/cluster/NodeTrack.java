package dev.weir.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The monitor's running record of one node. Confined to one thread. */
final class NodeTrack {
    private static final int LATENCY_WEIGHT = 8;

    final Node node;
    private final Rounds rounds;
    private NodeRole role = NodeRole.UNKNOWN;
    private NodeState answer = NodeState.UNKNOWN;
    private String cluster = "";
    private long epoch;
    private long lsn = -1;
    private long round = -1;
    private long sentNanos;
    private long connection = -1;
    private long life;
    private long coveredRound = -1;
    private long coveredNanos;
    private long latencyNanos;
    private long attempt = -1;
    private final Absence absence = new Absence();
    private long heldLsn = -1;
    private boolean wentBack;
    private List<Origin> origins = List.of();
    private @Nullable String problem;

    NodeTrack(Node node, Rounds rounds) {
        this.node = node;
        this.rounds = rounds;
    }

    NodeRole role() {
        return role;
    }

    /** What the newest probe or failure said, before the node is compared with others. */
    NodeState answer() {
        return answer;
    }

    String cluster() {
        return cluster;
    }

    long epoch() {
        return epoch;
    }

    long attempt() {
        return attempt;
    }

    /** The points at which the node's history began anew, as it has told while it was primary. */
    List<Origin> origins() {
        return origins;
    }

    /** The position up to which it kept, or would keep, everything when promoted; -1 if not known. */
    long heldLsn() {
        return heldLsn;
    }

    /** Whether its newest position is before the one it had told before, in the same epoch and role. */
    boolean wentBack() {
        return wentBack;
    }

    /** Says that what {@link #wentBack} tells has been taken in. */
    void goneBackNoted() {
        wentBack = false;
    }

    long lsn() {
        return lsn;
    }

    /**
     * Takes in an answer.
     *
     * @param comparable whether the node's former position was one of the ruling primary's history
     */
    void answered(Sample sample, Reading reading, boolean comparable) {
        attempt = sample.round();
        boolean promoted = role == NodeRole.REPLICA && reading.role() == NodeRole.PRIMARY;
        long before = promoted && comparable ? heldLsn : -1;
        heldLsn = role == NodeRole.PRIMARY && reading.role() == NodeRole.PRIMARY && reading.epoch() == epoch
                ? heldLsn
                : Math.max(reading.heldLsn(), before);
        wentBack |= role == reading.role() && epoch == reading.epoch() && reading.lsn() >= 0 && reading.lsn() < lsn;
        if (reading.origins() != null) {
            origins = reading.origins();
        }
        if (sample.life() != connection || (reading.lsn() >= 0 && reading.lsn() < lsn)) {
            connection = sample.life();
            life = rounds.begin();
            forgetCoverage();
        }
        role = reading.role();
        cluster = reading.cluster();
        epoch = reading.epoch();
        lsn = reading.lsn();
        round = sample.round();
        sentNanos = sample.sentNanos();
        long took = sample.receivedNanos() - sample.sentNanos();
        latencyNanos = latencyNanos == 0 ? took : latencyNanos + (took - latencyNanos) / LATENCY_WEIGHT;
        problem = reading.problem();
        answer = problem == null ? NodeState.UP : NodeState.UNFIT;
        if (problem == null) {
            absence.came(sample.receivedNanos());
        } else {
            absence.left(sample.receivedNanos());
        }
    }

    /**
     * Takes in that the node has failed.
     *
     * @param now when that became known
     */
    void failed(long now, long failedAttempt, NodeState state, String why) {
        if (state != NodeState.LATE) {
            absence.left(now);
        }
        attempt = Math.max(attempt, failedAttempt);
        answer = state;
        problem = why;
    }

    void forgetCoverage() {
        coveredRound = -1;
    }

    /** Notes the newest sample of the primary that this node has reached. */
    void cover(PrimaryHistory history) {
        int newest = lsn < 0 ? -1 : history.newestAtMost(lsn);
        if (newest >= 0 && history.round(newest) > coveredRound) {
            coveredRound = history.round(newest);
            coveredNanos = history.nanos(newest);
        }
    }

    /** Adds the node's own newest sample to the history of the primary. */
    void extend(PrimaryHistory history) {
        history.add(round, lsn, sentNanos);
    }

    NodeStatus status(long now) {
        return status(now, answer, problem);
    }

    NodeStatus status(long now, NodeState state, @Nullable String why) {
        return new NodeStatus(
                node,
                role,
                state,
                epoch,
                lsn,
                round,
                sentNanos,
                life,
                coveredRound,
                coveredNanos,
                latencyNanos,
                attempt,
                absence.share(now, node.admittedNanos()),
                why);
    }
}
