package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.ScriptedMonitor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A primary n0 and replicas n1, n2, n3, all of them eligible. */
class BalanceTest {
    private static final int PICKS = 12_000;
    private static final long ALL = 0b111;

    private final ScriptedMonitor monitor = new ScriptedMonitor(4);
    private RoutingSession session = session(monitor.publish());

    private static RoutingSession session(ClusterView view) {
        return new RoutingSession(
                CausalClock.shared(4, Lineage.NONE),
                ChangeCount.shared(),
                Consistency.EVENTUAL,
                Duration.ofSeconds(1),
                view,
                0);
    }

    @BeforeEach
    void probe() {
        monitor.now(TimeUnit.SECONDS.toNanos(100));
        for (int node = 0; node < 4; node++) {
            monitor.probe(node, node == 0, 1, 5);
        }
        session = session(monitor.publish());
    }

    /** How often n1, n2 and n3 are picked. */
    private double[] shares(LoadBalance kind, Preference preference, long eligible) {
        ClusterView view = monitor.publish();
        assertThat(view.replicaCount()).isEqualTo(3);
        Balance balance = new Balance(kind, preference, monitor.nodes());
        double[] picked = new double[3];
        for (int i = 0; i < PICKS; i++) {
            picked[balance.pick(eligible, session, view)] += 1.0 / PICKS;
        }
        return picked;
    }

    private static Preference weights(Integer... weights) {
        return new Preference("", List.of(), List.of(weights));
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_OUTSTANDING", "ROUND_ROBIN", "RANDOM"})
    void shouldSpreadEvenlyWhenAllAreAlike(LoadBalance kind) {
        assertThat(shares(kind, Preference.NONE, ALL))
                .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(0.03));
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM"})
    void shouldSpreadByWeight(LoadBalance kind) {
        assertThat(shares(kind, weights(1, 6, 3, 1), ALL)).containsExactly(new double[] {0.6, 0.3, 0.1}, within(0.03));
        assertThat(shares(kind, weights(1, 6, 3, 1), 0b110))
                .containsExactly(new double[] {0, 0.75, 0.25}, within(0.03));
    }

    @Test
    void shouldTakeTurnsByWeightInsteadOfRunsOfOne() {
        Balance balance = new Balance(LoadBalance.ROUND_ROBIN, weights(1, 100, 100, 100), monitor.nodes());
        ClusterView view = monitor.publish();
        int longest = 0;
        int run = 0;
        int last = -1;
        for (int i = 0; i < 1000; i++) {
            int picked = balance.pick(ALL, session, view);
            run = picked == last ? run + 1 : 1;
            last = picked;
            longest = Math.max(longest, run);
        }
        assertThat(longest).isLessThanOrEqualTo(2);
    }

    @Test
    void shouldGiveAHeavyReplicaMoreOfTheReadsUnderWay() {
        start(1, 4);
        start(2, 1);
        start(3, 1);
        double[] alike = shares(LoadBalance.LEAST_OUTSTANDING, Preference.NONE, ALL);
        assertThat(alike[0]).as("busier than any other").isZero();
        double[] weighty = shares(LoadBalance.LEAST_OUTSTANDING, weights(1, 10, 1, 1), ALL);
        assertThat(weighty[0]).as("less busy for its weight").isGreaterThan(0.9);
    }

    private void start(int node, int reads) {
        for (int i = 0; i < reads; i++) {
            monitor.node(node).lendTally().readStarted();
        }
    }

    private boolean isCrowded(int node, Preference preference) {
        ClusterView view = monitor.publish();
        return new Balance(LoadBalance.LEAST_OUTSTANDING, preference, monitor.nodes())
                .isCrowded(view.status(monitor.node(node)), view);
    }

    @Test
    void shouldFindANodeCrowdedThatHasMoreThanTwiceAsMuchToDo() {
        start(1, 3);
        assertThat(isCrowded(1, Preference.NONE)).as("three reads").isFalse();
        start(1, 1);
        assertThat(isCrowded(1, Preference.NONE)).as("four reads").isTrue();
        assertThat(isCrowded(1, weights(1, 3, 1, 1)))
                .as("four for a weight of three")
                .isFalse();
        assertThat(isCrowded(1, weights(1, 1, 0, 0)))
                .as("none may share with it")
                .isFalse();
        start(2, 1);
        start(3, 1);
        assertThat(isCrowded(1, Preference.NONE)).as("four beside one each").isFalse();
    }

    @Test
    void shouldFindThePrimaryCrowdedWhileReplicasAreIdle() {
        start(0, 4);
        assertThat(isCrowded(0, Preference.NONE)).isTrue();
        monitor.fail(1);
        monitor.fail(2);
        monitor.fail(3);
        assertThat(isCrowded(0, Preference.NONE)).as("no replica answers").isFalse();
    }

    @Test
    void shouldPickTheLessBusyOfTwo() {
        start(2, 1);
        double[] shares = shares(LoadBalance.LEAST_OUTSTANDING, Preference.NONE, ALL);
        assertThat(shares[1]).isZero();
        assertThat(shares[0]).isBetween(0.4, 0.6);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendNothingToAReplicaOfWeightZeroWhileAnotherCanServe(LoadBalance kind) {
        Preference preference = weights(1, 0, 1, 1);
        assertThat(shares(kind, preference, ALL)[0]).isZero();
        assertThat(shares(kind, preference, 0b001)[0]).isEqualTo(1, within(0.001));
    }

    @ParameterizedTest
    @EnumSource
    void shouldStayInTheZoneWhileAReplicaThereCanServe(LoadBalance kind) {
        Preference preference = new Preference("east", List.of("east", "west", "east", "west"), List.of());
        assertThat(shares(kind, preference, ALL)[1]).isEqualTo(1, within(0.001));
        double[] elsewhere = shares(kind, preference, 0b101);
        assertThat(elsewhere[0] + elsewhere[2]).isEqualTo(1, within(0.001));
        assertThat(elsewhere[1]).isZero();
    }

    @Test
    void shouldPreferAWeightInAnotherZoneToNoneInItsOwn() {
        Preference preference = new Preference("east", List.of("east", "west", "east", "west"), List.of(1, 1, 0, 1));
        assertThat(shares(LoadBalance.RANDOM, preference, ALL)[1]).isZero();
    }

    @Test
    void shouldPickTheReplicaThatAnswersSoonest() {
        slow(1, 3);
        slow(3, 2);
        assertThat(shares(LoadBalance.FASTEST, Preference.NONE, ALL)[1]).isEqualTo(1, within(0.001));
    }

    @Test
    void shouldLeaveTheFastestReplicaWhenItHasManyReadsUnderWay() {
        slow(1, 3);
        slow(2, 1);
        slow(3, 2);
        for (int i = 0; i < 5; i++) {
            monitor.node(2).lendTally().readStarted();
        }
        assertThat(shares(LoadBalance.FASTEST, Preference.NONE, ALL)[2]).isEqualTo(1, within(0.001));
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "RANDOM"})
    void shouldBeginSlowlyWithAReplicaThatHasComeBack(LoadBalance kind) {
        monitor.fail(1);
        later(2);
        assertThat(monitor.publish().isEven()).isTrue();
        monitor.probe(1, false, 1, 5);
        assertThat(shares(kind, Preference.NONE, ALL)[0]).isEqualTo(0.1 / 2.1, within(0.02));
        later(5);
        assertThat(shares(kind, Preference.NONE, ALL)[0]).isEqualTo(0.55 / 2.55, within(0.03));
        later(5);
        assertThat(monitor.publish().isEven()).isTrue();
        assertThat(shares(kind, Preference.NONE, ALL)[0]).isEqualTo(1 / 3.0, within(0.03));
    }

    @Test
    void shouldNotBeginSlowlyAfterAMoment() {
        monitor.fail(1);
        monitor.now(monitor.now() + TimeUnit.MILLISECONDS.toNanos(300));
        monitor.probe(1, false, 1, 5);
        assertThat(monitor.publish().isEven()).isTrue();
    }

    /** Answers a replica's probes late by so many milliseconds. */
    private void slow(int node, int millis) {
        for (int i = 0; i < 50; i++) {
            long sent = monitor.now();
            monitor.now(sent + TimeUnit.MILLISECONDS.toNanos(millis));
            monitor.answer(node, false, 1, 5, monitor.beginRound(), sent, 1);
        }
    }

    private void later(int seconds) {
        monitor.now(monitor.now() + TimeUnit.SECONDS.toNanos(seconds));
    }
}
