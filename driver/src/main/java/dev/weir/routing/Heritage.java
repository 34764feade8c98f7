package dev.weir.routing;

import dev.weir.cluster.Break;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.NodeStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of what sessions have seen when the primary's history begins anew: it lives on, or it is lost, or that cannot be known,
 * which counts as lost. Thread-safe.
 */
final class Heritage {
    /** How long a session may wait for the sample that shows what a replica had given it. */
    private static final Duration SAMPLE_PATIENCE = Duration.ofMillis(500);

    private final Cluster cluster;
    private final boolean fails;
    private final boolean alone;

    Heritage(Cluster cluster, OnLostWrites onLostWrites) {
        this.cluster = cluster;
        this.fails = onLostWrites == OnLostWrites.FAIL;
        this.alone = cluster.nodes().size() == 1;
    }

    /**
     * Routes by a view from now on. If that shows that the primary's history has begun anew since the session's last one, the session is
     * brought over to it.
     *
     * @throws SQLException 40001, once for each session, if something that it has seen is lost or may be, and it relies on that
     */
    void meet(RoutingSession session, ClusterView view) throws SQLException {
        if (session.routedBy() != view) {
            if (!alone) {
                settle(session, view);
            }
            session.routedBy(view);
        }
    }

    @SuppressWarnings("ReferenceEquality") // one object for each history
    private void settle(RoutingSession session, ClusterView view) throws SQLException {
        CausalClock clock = session.clock();
        Lineage followed = clock.lineage();
        if (followed != view.lineage()) {
            clock.follow(followed, view.lineage(), lost(clock, followed, view.lineage()));
        }
        int losses = clock.losses();
        if (losses == session.lossesTold() || session.transactionNode() != null || !relies(session)) {
            return;
        }
        session.lossesTold(losses);
        Break where = clock.newestLoss();
        if (fails && where != null) {
            cluster.meters().lost();
            throw Refusals.lost(where);
        }
    }

    private static boolean relies(RoutingSession session) {
        return session.consistency() == Consistency.SESSION || session.consistency() == Consistency.STRONG;
    }

    /** Notes what was recorded under a view that the present one has overtaken: nothing is known of its fate. */
    @SuppressWarnings("ReferenceEquality") // one object for each history, and for each view
    void recordedUnder(ClusterView view, CausalClock clock) {
        ClusterView newest = cluster.view();
        if (newest == view) {
            return;
        }
        Lineage now = newest.lineage();
        if (now != view.lineage()
                && now.breaks().size() > view.lineage().breaks().size()) {
            clock.lose(now.breaks().get(now.breaks().size() - 1));
        }
    }

    private @Nullable Break lost(CausalClock clock, Lineage from, Lineage to) {
        for (Break happened : to.breaksAfter(from)) {
            if (isLost(clock, happened)) {
                return happened;
            }
        }
        return null;
    }

    private boolean isLost(CausalClock clock, Break happened) {
        CausalToken token = clock.token();
        if (token != null && token.epoch() == happened.epochBefore() && token.lsn() > happened.keptLsn()) {
            return true;
        }
        long onPrimary = clock.primaryRound();
        if (onPrimary != CausalClock.NONE && onPrimary >= happened.keptRound()) {
            return true;
        }
        for (NodeStatus status : cluster.view().statuses()) {
            long round = clock.replicaRound(status.node().index());
            if (round != CausalClock.NONE && round >= happened.keptRound() && !isShownKept(status, round, happened)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a replica that was read stood, later than that, at a position which lives on. Waits for such a sample. */
    private boolean isShownKept(NodeStatus replica, long round, Break happened) {
        try {
            ClusterView view = cluster.awaitSample(replica.node(), round, SAMPLE_PATIENCE);
            NodeStatus now = view.status(replica.node());
            return now.round() > round && now.lsn() >= 0 && now.lsn() <= happened.keptLsn();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * What a token from elsewhere asks of the present history.
     *
     * @return null if nothing of it is left to ask
     * @throws SQLException 40001 if it names a position that was lost, or may have been
     */
    @Nullable CausalToken inherited(CausalToken token, ClusterView view) throws SQLException {
        Lineage lineage = view.lineage();
        if (token.epoch() >= lineage.epoch()) {
            return token;
        }
        OptionalLong kept = lineage.keptOf(token.epoch());
        if (kept.isPresent() && token.lsn() <= kept.getAsLong()) {
            return new CausalToken(lineage.epoch(), token.lsn());
        }
        if (fails) {
            throw Refusals.lost(token, lineage, kept);
        }
        return kept.isPresent() ? new CausalToken(lineage.epoch(), kept.getAsLong()) : null;
    }
}
