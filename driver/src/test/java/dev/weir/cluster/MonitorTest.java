package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private final ScriptedMonitor monitor = new ScriptedMonitor(3);

    private NodeStatus status(int node) {
        return monitor.publish().statuses().get(node);
    }

    private void probeAll(long primaryLsn, long firstLsn, long secondLsn) {
        monitor.probe(0, true, 1, primaryLsn);
        monitor.probe(1, false, 1, firstLsn);
        monitor.probe(2, false, 1, secondLsn);
    }

    @Test
    void shouldChooseNoPrimaryBeforeEveryNodeHadItsChance() {
        monitor.probe(0, true, 1, 5);
        monitor.probe(1, false, 1, 5);
        assertThat(monitor.publish().primary()).isNull();
        monitor.fail(2);
        assertThat(monitor.publish().primary())
                .isNotNull()
                .extracting(NodeStatus::node)
                .isEqualTo(monitor.node(0));
    }

    @Test
    void shouldKeepThePrimaryKnownWhileItIsDown() {
        probeAll(5, 5, 5);
        monitor.fail(0);
        ClusterView view = monitor.publish();
        assertThat(view.primary()).isNotNull().extracting(NodeStatus::state).isEqualTo(NodeState.DOWN);
        assertThat(view.replicaCount()).isEqualTo(2);
    }

    @Test
    void shouldCoverTheNewestSampleReached() {
        probeAll(5, 5, 4);
        long first = status(0).round();
        assertThat(status(1).coveredRound()).isEqualTo(first);
        assertThat(status(2).coveredRound()).isEqualTo(-1);
        monitor.probe(0, true, 1, 9);
        monitor.probe(1, false, 1, 8);
        monitor.probe(2, false, 1, 9);
        assertThat(status(1).coveredRound()).isEqualTo(first);
        assertThat(status(2).coveredRound()).isEqualTo(status(0).round());
    }

    @Test
    void shouldCoverLaterSamplesOfAnIdlePrimaryWithoutANewSampleOfTheReplica() {
        probeAll(5, 5, 5);
        monitor.probe(0, true, 1, 5);
        assertThat(status(1).coveredRound()).isEqualTo(status(0).round());
    }

    @Test
    void shouldForgetWhatAReplicaHadReachedWhenItMayHaveRestarted() {
        probeAll(5, 5, 5);
        long life = status(1).life();
        monitor.answer(1, false, 1, 3, monitor.beginRound(), monitor.now(), 2);
        assertThat(status(1).coveredRound()).isEqualTo(-1);
        assertThat(status(1).life()).isGreaterThan(life);
    }

    @Test
    void shouldTakeAPositionThatGoesBackForARestart() {
        probeAll(5, 5, 5);
        long life = status(1).life();
        monitor.probe(1, false, 1, 4);
        assertThat(status(1).coveredRound()).isEqualTo(-1);
        assertThat(status(1).life()).isGreaterThan(life);
    }

    @Test
    void shouldKeepAFailedNodeOutUntilItAnswers() {
        probeAll(5, 5, 5);
        monitor.fail(1, NodeState.LATE);
        assertThat(monitor.publish().replicaCount()).isEqualTo(1);
        monitor.probe(1, false, 1, 5);
        assertThat(monitor.publish().replicaCount()).isEqualTo(2);
    }

    @Test
    void shouldKeepOutAReplicaThatAnswersButCannotServe() {
        probeAll(5, 5, 5);
        monitor.answer(1, false, 1, -1, monitor.beginRound(), monitor.now(), 1, "c", "has not been seeded yet");
        assertThat(monitor.publish().replicaCount()).isEqualTo(1);
        assertThat(status(1).state()).isEqualTo(NodeState.UNFIT);
    }

    @Test
    void shouldRefuseBothOfTwoPrimariesOfTheSameEpoch() {
        monitor.probe(0, true, 1, 5);
        monitor.probe(1, true, 1, 5);
        monitor.probe(2, false, 1, 5);
        assertThat(monitor.publish().primary()).isNull();
        assertThat(status(0).state()).isEqualTo(NodeState.FENCED);
        assertThat(status(1).describe()).contains("n1 claims to be the primary of epoch 1 beside n0");
    }

    @Test
    void shouldStandByTheKnownPrimaryWhenAnotherClaimsTheSameEpoch() {
        probeAll(5, 5, 5);
        monitor.publish();
        monitor.probe(1, true, 1, 9);
        assertThat(monitor.publish().primary())
                .isNotNull()
                .extracting(NodeStatus::node)
                .isEqualTo(monitor.node(0));
        assertThat(status(1).state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void shouldFollowAPromotionAndFenceTheOldPrimary() {
        probeAll(5, 5, 5);
        monitor.publish();
        monitor.probe(1, true, 2, 6);
        ClusterView view = monitor.publish();
        assertThat(view.primary()).isNotNull().extracting(NodeStatus::node).isEqualTo(monitor.node(1));
        assertThat(status(0).state()).isEqualTo(NodeState.FENCED);
        assertThat(status(2).state()).isEqualTo(NodeState.FENCED);
        assertThat(view.replicaCount()).isZero();
        monitor.probe(2, false, 2, 6);
        assertThat(monitor.publish().replicaCount()).isEqualTo(1);
        assertThat(status(2).coveredRound()).isEqualTo(status(1).round());
    }

    @Test
    void shouldKnowWhatAPromotionKeeps() {
        probeAll(5, 5, 5);
        long kept = status(0).round();
        probeAll(9, 7, 6);
        assertThat(monitor.publish().lineage().breaks()).isEmpty();
        monitor.probe(1, true, 2, 8);
        ClusterView view = monitor.publish();
        assertThat(view.lineage().breaks()).containsExactly(new Break(1, 2, 7, kept));
        assertThat(view.lineage().keptOf(1)).hasValue(7);
        assertThat(view.lineage().keptOf(2)).isEmpty();
        monitor.probe(1, true, 2, 12);
        assertThat(monitor.publish().lineage()).isSameAs(view.lineage());
    }

    @Test
    void shouldNotKnowWhatIsKeptByANodeThatFollowedAnotherHistory() {
        probeAll(5, 5, 5);
        monitor.probe(0, true, 3, 9);
        monitor.publish();
        monitor.probe(1, true, 4, 12);
        assertThat(monitor.publish().lineage().breaks()).last().isEqualTo(new Break(3, 4, -1, -1));
    }

    @Test
    void shouldTakeAPrimaryThatHasGoneBackForOneWithoutItsNewestCommits() {
        probeAll(5, 5, 5);
        long kept = status(0).round();
        probeAll(9, 5, 5);
        monitor.answer(0, true, 1, 6, monitor.beginRound(), monitor.now(), 2);
        assertThat(monitor.publish().lineage().breaks()).containsExactly(new Break(1, 1, 6, kept));
        monitor.probe(0, true, 1, 7);
        assertThat(monitor.publish().lineage().breaks()).hasSize(1);
    }

    @Test
    void shouldRefuseAnOldPrimaryOfAnEpochThatAMonitorBeforeHasSeenThePastOf() {
        Lineages lineages = new Lineages();
        ScriptedMonitor first = new ScriptedMonitor(2, new Rounds(), lineages);
        first.probe(0, true, 2, 5);
        first.probe(1, false, 2, 5);
        assertThat(first.publish().primary()).isNotNull();
        ScriptedMonitor next = new ScriptedMonitor(2, new Rounds(), lineages);
        next.probe(0, true, 1, 5);
        next.fail(1);
        assertThat(next.publish().primary()).isNull();
    }

    @Test
    void shouldTellOfAPromotionWhatTheMonitorItselfKnowsIsKept() {
        Rounds rounds = new Rounds();
        Lineages lineages = new Lineages();
        ScriptedMonitor late = new ScriptedMonitor(2, rounds, lineages);
        ScriptedMonitor apt = new ScriptedMonitor(2, rounds, lineages);
        for (ScriptedMonitor each : List.of(late, apt)) {
            each.probe(0, true, 1, 5);
            each.probe(1, false, 1, 5);
        }
        apt.probe(0, true, 1, 9);
        long kept = rounds.newest();
        apt.probe(1, false, 1, 9);
        apt.publish();

        late.probe(1, true, 2, 12);
        assertThat(late.publish().lineage().breaks())
                .as("all that the first one to see it can say")
                .containsExactly(new Break(1, 2, 5, 1));
        assertThat(apt.publish().lineage().breaks())
                .as("nobody is told before this monitor has seen it, too")
                .isEmpty();
        apt.probe(1, true, 2, 12);
        assertThat(apt.publish().lineage().breaks()).containsExactly(new Break(1, 2, 9, kept));
        assertThat(late.publish().lineage().breaks())
                .as("each tells what it knows: they may have seen different promotions")
                .containsExactly(new Break(1, 2, 5, 1));
    }

    @Test
    void shouldTakeOverAllThatOthersToldOnceItHasMissedAPromotion() {
        Rounds rounds = new Rounds();
        Lineages lineages = new Lineages();
        ScriptedMonitor first = new ScriptedMonitor(2, rounds, lineages);
        ScriptedMonitor second = new ScriptedMonitor(2, rounds, lineages);
        for (ScriptedMonitor each : List.of(first, second)) {
            each.probe(0, true, 1, 5);
            each.probe(1, false, 1, 5);
            each.publish();
        }
        first.probe(1, true, 2, 6);
        first.probe(0, false, 2, 6);
        first.probe(0, true, 3, 7);
        assertThat(first.publish().lineage().breaks()).hasSize(2);

        second.probe(0, true, 3, 7);
        assertThat(second.publish().lineage()).isEqualTo(first.publish().lineage());
    }

    @Test
    void shouldNotComparePositionsAcrossEpochs() {
        probeAll(5, 5, 50);
        monitor.publish();
        monitor.probe(1, true, 2, 6);
        assertThat(status(2).coveredRound()).isEqualTo(-1);
    }

    @Test
    void shouldRefuseAnOldPrimaryWhenAReplicaKnowsANewerEpoch() {
        monitor.probe(0, true, 1, 5);
        monitor.probe(1, false, 2, 6);
        monitor.fail(2);
        assertThat(monitor.publish().primary()).isNull();
        assertThat(status(0).state()).isEqualTo(NodeState.FENCED);
    }

    @Test
    void shouldKeepOutNodesOfAnotherCluster() {
        monitor.probe(0, true, 1, 5);
        monitor.answer(1, false, 7, 5, monitor.beginRound(), monitor.now(), 1, "other", null);
        monitor.probe(2, false, 1, 5);
        ClusterView view = monitor.publish();
        assertThat(view.primary()).isNotNull();
        assertThat(view.replicaCount()).isEqualTo(1);
        assertThat(status(1).state()).isEqualTo(NodeState.FOREIGN);
    }

    @Test
    void shouldChooseNoneOfTwoPrimariesOfDifferentClusters() {
        monitor.probe(0, true, 1, 5);
        monitor.answer(1, true, 1, 5, monitor.beginRound(), monitor.now(), 1, "other", null);
        monitor.fail(2);
        assertThat(monitor.publish().primary()).isNull();
    }

    @Test
    void shouldServeFromReplicasWhenThePrimaryHasNeverAnswered() {
        monitor.fail(0);
        monitor.probe(1, false, 1, 5);
        monitor.probe(2, false, 1, 5);
        ClusterView view = monitor.publish();
        assertThat(view.primary()).isNull();
        assertThat(view.replicaCount()).isEqualTo(2);
    }
}
