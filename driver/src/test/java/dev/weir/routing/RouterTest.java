package dev.weir.routing;

import static dev.weir.routing.RoutingSession.Transaction.READ_ONLY;
import static dev.weir.routing.RoutingSession.Transaction.READ_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.cluster.ChangeCount;
import dev.weir.cluster.ClusterView;
import dev.weir.cluster.Lineage;
import dev.weir.cluster.ScriptedMonitor;
import dev.weir.sql.Classification;
import dev.weir.sql.Hint;
import dev.weir.sql.Kind;
import dev.weir.sql.Tables;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules one by one, on a primary n0 and replicas n1 and n2 at positions given by hand. */
class RouterTest {
    private static final long SECOND = 1_000_000_000L;

    private static final Classification READ = statement(Kind.READ, null, false);
    private static final Classification TABLELESS = statement(Kind.READ, null, true);
    private static final Classification WRITE = statement(Kind.WRITE, null, false);

    private static Classification statement(Kind kind, @Nullable Hint hint, boolean tableless) {
        return new Classification(kind, "given", hint, tableless, false, false, null, null, null);
    }

    private static Classification reading(String... tables) {
        return new Classification(
                Kind.READ, "given", null, false, false, false, null, null, null, Tables.named(List.of(tables)));
    }

    private static Classification hinted(Kind kind, Hint.Target target) {
        return statement(kind, new Hint(target, null, null), false);
    }

    /** A cluster of its own, a session, and what is done to both before a statement is routed. */
    private static final class Scene {
        final ScriptedMonitor monitor = new ScriptedMonitor(3);
        final CausalClock clock = CausalClock.shared(3, Lineage.NONE);
        RoutingSettings settings = RoutingSettings.DEFAULT;
        RoutingSession session = new RoutingSession(
                clock, ChangeCount.shared(), Consistency.SESSION, Duration.ofSeconds(1), monitor.publish(), 0);

        Scene at(long primary, long first, long second) {
            monitor.probe(0, true, 1, primary);
            monitor.probe(1, false, 1, first);
            monitor.probe(2, false, 1, second);
            return this;
        }

        Scene level(Consistency level) {
            session.setConsistency(level);
            return this;
        }

        Scene passing(long nanos) {
            monitor.now(monitor.now() + nanos);
            return this;
        }

        Scene wrote() {
            clock.seePrimary(monitor.round());
            return this;
        }

        /** A strong read begins, which a replica may serve. */
        Scene strong() {
            settings = settings.withStrongReads(StrongReads.REPLICA);
            session.strongFloor(new Floor(monitor.round(), -1));
            return level(Consistency.STRONG);
        }

        /** A read of the session begins to wait. */
        Scene waiting() {
            session.waitFloor(new Floor(monitor.round(), -1));
            return this;
        }

        Scene busy(int node, int reads) {
            for (int i = 0; i < reads; i++) {
                monitor.node(node).lendTally().readStarted();
            }
            return this;
        }

        Scene inserted(String table) {
            clock.insert(Tables.named(List.of(table)), monitor.round(), 1, -1);
            return this;
        }

        Scene readFrom(int node) {
            clock.seeReplica(
                    monitor.node(node), view().status(monitor.node(node)).life(), monitor.round());
            clock.prefer(clock.preferred(), node);
            return this;
        }

        ClusterView view() {
            return monitor.publish();
        }

        Route route(Classification statement) throws SQLException {
            return new Router(monitor.nodes(), settings, monitor::now, null).route(statement, session, view());
        }
    }

    /** What is expected: one of the nodes, or none if it is refused. */
    private record Rule(String name, Scene scene, Classification statement, Reason reason, Set<Integer> nodes) {}

    private static Scene ready() {
        return new Scene().at(10, 10, 10);
    }

    private static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        kinds(rules);
        levels(rules);
        session(rules);
        transactions(rules);
        hints(rules);
        return rules;
    }

    private static void add(
            List<Rule> rules, String name, Scene scene, Classification statement, Reason reason, Integer... nodes) {
        rules.add(new Rule(name, scene, statement, reason, Set.of(nodes)));
    }

    private static void kinds(List<Rule> rules) {
        add(rules, "write", ready(), WRITE, Reason.WRITE, 0);
        add(rules, "ddl", ready(), statement(Kind.DDL, null, false), Reason.SCHEMA_CHANGE, 0);
        add(rules, "maintenance", ready(), statement(Kind.MAINTENANCE, null, false), Reason.MAINTENANCE, 0);
        add(rules, "call", ready(), statement(Kind.CALL, null, false), Reason.CALL, 0);
        add(rules, "locking read", ready(), statement(Kind.PRIMARY_READ, null, false), Reason.PRIMARY_READ, 0);
        add(rules, "multiple", ready(), statement(Kind.MULTIPLE, null, false), Reason.MULTIPLE, 0);
        add(rules, "unknown", ready(), statement(Kind.UNKNOWN, null, false), Reason.UNKNOWN, 0);
        add(rules, "setting", ready(), statement(Kind.SESSION, null, false), Reason.SESSION_SETTING, 0);
        add(rules, "begin", ready(), statement(Kind.BEGIN, null, false), Reason.TRANSACTION_CONTROL, 0);
        add(rules, "show", ready(), statement(Kind.SHOW_NODES, null, false), Reason.ANSWERED_BY_WEIR, 0);
        add(rules, "empty", ready(), statement(Kind.EMPTY, null, false), Reason.EMPTY, 0);
        add(rules, "tableless", ready().wrote(), TABLELESS, Reason.TABLELESS, 1, 2);
        add(rules, "tableless at strong", ready().level(Consistency.STRONG), TABLELESS, Reason.TABLELESS, 1, 2);
        Scene pinned = ready();
        pinned.session.pin(pinned.monitor.node(2));
        add(rules, "write while pinned", pinned, WRITE, Reason.PINNED, 2);
        Scene none = new Scene();
        none.monitor.fail(0);
        none.monitor.probe(1, false, 1, 5);
        none.monitor.probe(2, false, 1, 5);
        add(rules, "write without a primary", none, WRITE, Reason.NO_PRIMARY);
        add(rules, "read without a primary", none, READ, Reason.NOTHING_SEEN, 1, 2);
    }

    private static void levels(List<Rule> rules) {
        add(rules, "strong", ready().level(Consistency.STRONG), READ, Reason.STRONG, 0);
        add(rules, "strong by a replica, not asked yet", ready().strong(), READ, Reason.BEHIND_PRIMARY, 0);
        add(rules, "strong by a replica", ready().strong().at(11, 10, 11), READ, Reason.UP_TO_DATE, 2);
        add(
                rules,
                "strong by a replica, none there yet",
                ready().strong().at(11, 10, 10),
                READ,
                Reason.BEHIND_PRIMARY,
                0);
        add(rules, "eventual after a write", ready().level(Consistency.EVENTUAL).wrote(), READ, Reason.EVENTUAL, 1, 2);
        Scene lagging =
                new Scene().at(10, 10, 10).passing(SECOND).at(20, 10, 20).passing(9 * SECOND + 1);
        lagging.monitor.probe(0, true, 1, 20);
        lagging.level(Consistency.EVENTUAL);
        add(rules, "eventual, one lags by more than 10 s", lagging, READ, Reason.EVENTUAL, 2);
        Scene both = new Scene().at(10, 10, 10).passing(SECOND).at(20, 10, 10).passing(10 * SECOND);
        both.monitor.probe(0, true, 1, 20);
        add(rules, "all lag by more than 10 s", both.level(Consistency.EVENTUAL), READ, Reason.TOO_MUCH_LAG, 0);
        Scene unmeasured = new Scene().at(10, 9, 9);
        add(rules, "behind every sample", unmeasured.level(Consistency.EVENTUAL), READ, Reason.TOO_MUCH_LAG, 0);
        Scene away = ready().level(Consistency.EVENTUAL).passing(60 * SECOND);
        away.monitor.fail(0);
        add(rules, "primary away for long", away, READ, Reason.EVENTUAL, 1, 2);
        add(rules, "bounded", ready().level(Consistency.BOUNDED).passing(SECOND), READ, Reason.WITHIN_BOUND, 1, 2);
        Scene stale = ready().level(Consistency.BOUNDED).passing(SECOND + 1);
        add(rules, "bounded, old sample", stale, READ, Reason.BEHIND_BOUND, 0);
        Scene alone = new Scene();
        alone.monitor.probe(0, true, 1, 5);
        alone.monitor.fail(1);
        alone.monitor.fail(2);
        add(rules, "no replica", alone, READ, Reason.NO_REPLICA, 0);
        Scene failing = new Scene().at(10, 9, 9);
        failing.settings = failing.settings.withNoReplica(NoReplica.FAIL);
        add(rules, "no replica may, fail", failing, READ, Reason.TOO_MUCH_LAG);
    }

    private static void session(List<Rule> rules) {
        add(rules, "nothing seen", ready(), READ, Reason.NOTHING_SEEN, 1, 2);
        add(rules, "just written", ready().wrote(), READ, Reason.BEHIND_SESSION, 0);
        add(rules, "one has it", ready().wrote().at(11, 10, 11), READ, Reason.CAUGHT_UP, 2);
        add(rules, "inserted into another table", ready().inserted("a"), reading("b", "c"), Reason.UNTOUCHED, 1, 2);
        add(rules, "inserted into the table", ready().inserted("a"), reading("b", "a"), Reason.BEHIND_SESSION, 0);
        add(rules, "inserted, and what is read is not known", ready().inserted("a"), READ, Reason.BEHIND_SESSION, 0);
        add(rules, "inserted and updated", ready().inserted("a").wrote(), reading("b"), Reason.BEHIND_SESSION, 0);
        Scene unaware = ready().inserted("a");
        unaware.settings = unaware.settings.withTableAware(false);
        add(rules, "inserted, not table-aware", unaware, reading("b"), Reason.BEHIND_SESSION, 0);
        add(
                rules,
                "inserted, then read elsewhere",
                ready().inserted("a").readFrom(1),
                reading("b"),
                Reason.UNTOUCHED,
                1);
        add(rules, "read elsewhere", ready().readFrom(1), READ, Reason.SAME_REPLICA, 1);
        Scene moved = ready().readFrom(1).at(11, 10, 11);
        add(rules, "read elsewhere, others caught up", moved, READ, Reason.SAME_REPLICA, 1);
        Scene gone = ready().readFrom(1);
        gone.monitor.fail(1);
        add(rules, "read from one that is gone", gone, READ, Reason.BEHIND_SESSION, 0);
        Scene next = ready().readFrom(1).at(11, 11, 11);
        next.monitor.fail(1);
        add(rules, "read from one that is gone, sampled since", next, READ, Reason.CAUGHT_UP, 2);
        Scene restarted = ready().readFrom(1);
        restarted.monitor.answer(1, false, 1, 10, restarted.monitor.beginRound(), 0, 2);
        restarted.monitor.fail(2);
        add(rules, "read from one that has restarted since", restarted, READ, Reason.BEHIND_SESSION, 0);
        Scene token = ready();
        token.clock.see(1, 11);
        add(rules, "token not reached", token, READ, Reason.BEHIND_SESSION, 0);
        Scene reached = new Scene().at(11, 10, 11);
        reached.clock.see(1, 11);
        add(rules, "token reached by one", reached, READ, Reason.CAUGHT_UP, 2);
        Scene epoch = ready();
        epoch.clock.see(2, 1);
        add(rules, "token of another epoch", epoch, READ, Reason.OTHER_EPOCH, 0);
        add(rules, "waits", ready().wrote().waiting(), READ, Reason.BEHIND_SESSION, 0);
        Scene overtaken = ready().wrote().waiting().at(11, 11, 11).wrote();
        add(rules, "waits, others have written since", overtaken, READ, Reason.CAUGHT_UP, 1, 2);
        Scene partly = ready().wrote().waiting().at(11, 10, 11).wrote();
        add(rules, "waits, others have written since, one has caught up", partly, READ, Reason.CAUGHT_UP, 2);
        Scene further = ready().waiting().at(11, 11, 11);
        further.clock.see(1, 12);
        add(rules, "waits, token not reached", further, READ, Reason.BEHIND_SESSION, 0);
        Scene steady = ready().waiting().at(11, 11, 11).readFrom(1);
        add(rules, "waits, reads of the scope go to one", steady, READ, Reason.CAUGHT_UP, 1);
        Scene crowded = ready().waiting().at(11, 11, 11).readFrom(1).busy(1, 4);
        add(rules, "waits, that one is crowded", crowded, READ, Reason.CAUGHT_UP, 2);
        Scene old = ready().readFrom(1).wrote().at(11, 11, 11);
        old.clock.prefer(1, 1);
        add(rules, "shared scope keeps to its replica", old, READ, Reason.CAUGHT_UP, 1);
    }

    private static void transactions(List<Rule> rules) {
        Scene fresh = ready();
        fresh.session.begin(READ_WRITE);
        add(rules, "first read of a transaction", fresh, READ, Reason.READ_WRITE_TRANSACTION, 0);
        Scene inside = ready();
        inside.session.begin(READ_WRITE);
        inside.session.enter(inside.monitor.node(0));
        add(rules, "later read of a transaction", inside, READ, Reason.IN_TRANSACTION, 0);
        Scene readOnly = ready();
        readOnly.session.begin(READ_ONLY);
        add(rules, "first read of a read-only transaction", readOnly, READ, Reason.NOTHING_SEEN, 1, 2);
        add(
                rules,
                "first call of a read-only transaction",
                readOnly,
                statement(Kind.CALL, null, false),
                Reason.CALL,
                0);
        Scene opening = ready().wrote();
        opening.session.begin(READ_ONLY);
        add(rules, "read-only transaction that begins with no table", opening, TABLELESS, Reason.BEHIND_SESSION, 0);
        Scene aware = ready().inserted("a");
        aware.session.begin(READ_ONLY);
        add(
                rules,
                "read-only transaction that begins with another table",
                aware,
                reading("b"),
                Reason.BEHIND_SESSION,
                0);
        for (Hint.Target target : List.of(Hint.Target.PRIMARY, Hint.Target.STRONG)) {
            Scene late = ready();
            late.session.begin(READ_ONLY);
            late.session.enter(late.monitor.node(2));
            add(rules, "late hint " + target, late, hinted(Kind.READ, target), Reason.LATE_HINT);
        }
        Scene fits = ready();
        fits.session.begin(READ_ONLY);
        fits.session.enter(fits.monitor.node(2));
        add(
                rules,
                "late hint that asks for no more",
                fits,
                hinted(Kind.READ, Hint.Target.SESSION),
                Reason.IN_TRANSACTION,
                2);
        Scene placed = ready();
        placed.session.begin(READ_ONLY);
        placed.session.enter(placed.monitor.node(2));
        add(rules, "later read of a read-only transaction", placed, READ, Reason.IN_TRANSACTION, 2);
        add(rules, "write on a replica's transaction", placed, WRITE, Reason.READ_ONLY_TRANSACTION);
        Scene onPrimary = ready();
        onPrimary.session.begin(READ_ONLY);
        onPrimary.session.enter(onPrimary.monitor.node(0));
        add(
                rules,
                "call in a read-only transaction on the primary",
                onPrimary,
                statement(Kind.PRIMARY_READ, null, false),
                Reason.IN_TRANSACTION,
                0);
    }

    private static void hints(List<Rule> rules) {
        add(rules, "hint primary", ready(), hinted(Kind.READ, Hint.Target.PRIMARY), Reason.HINT_PRIMARY, 0);
        add(rules, "hint strong", ready(), hinted(Kind.READ, Hint.Target.STRONG), Reason.STRONG, 0);
        add(rules, "hint replica on a write", ready(), hinted(Kind.WRITE, Hint.Target.REPLICA), Reason.WRITE, 0);
        add(
                rules,
                "hint eventual on a locking read",
                ready(),
                hinted(Kind.PRIMARY_READ, Hint.Target.EVENTUAL),
                Reason.PRIMARY_READ,
                0);
        add(rules, "hint eventual", ready().wrote(), hinted(Kind.READ, Hint.Target.EVENTUAL), Reason.EVENTUAL, 1, 2);
        Scene eventual = ready().wrote().level(Consistency.EVENTUAL);
        add(rules, "hint session", eventual, hinted(Kind.READ, Hint.Target.SESSION), Reason.BEHIND_SESSION, 0);
        Scene strong = ready().level(Consistency.STRONG);
        add(rules, "hint replica at strong", strong, hinted(Kind.READ, Hint.Target.REPLICA), Reason.STRONG, 0);
        add(
                rules,
                "hint replica, none proven",
                ready().wrote(),
                hinted(Kind.READ, Hint.Target.REPLICA),
                Reason.BEHIND_SESSION);
        Classification fresh = statement(Kind.READ, new Hint(null, Duration.ofMillis(500), null), false);
        add(rules, "hint max-staleness kept", ready().passing(SECOND / 2), fresh, Reason.NOTHING_SEEN, 1, 2);
        add(rules, "hint max-staleness", ready().passing(SECOND / 2 + 1), fresh, Reason.BEHIND_BOUND, 0);
        Classification wide = statement(Kind.READ, new Hint(null, Duration.ofHours(1), null), false);
        Scene bounded = ready().level(Consistency.BOUNDED).passing(SECOND + 1);
        add(rules, "hint max-staleness never widens a bound", bounded, wide, Reason.BEHIND_BOUND, 0);
        Classification after =
                statement(Kind.READ, new Hint(null, null, TokenText.of(new CausalToken(1, 11), "c")), false);
        add(rules, "hint after, not reached", ready().level(Consistency.EVENTUAL), after, Reason.BEHIND_SESSION, 0);
        Scene reached = new Scene().at(11, 10, 11).passing(1).at(12, 10, 11).level(Consistency.EVENTUAL);
        add(rules, "hint after, reached by one", reached, after, Reason.EVENTUAL, 2);
    }

    @TestFactory
    Stream<DynamicTest> shouldRouteByTheRule() {
        return rules().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.name, () -> {
                    Route route = rule.scene.route(rule.statement);
                    assertThat(route.reason()).isEqualTo(rule.reason);
                    if (rule.nodes.isEmpty()) {
                        assertThat(route.node()).isNull();
                    } else {
                        assertThat(rule.nodes).contains(route.target().index());
                    }
                }));
    }

    @Test
    void shouldReachEveryReasonThatTheRouterDecides() {
        Set<Reason> reached = EnumSet.noneOf(Reason.class);
        rules().forEach(rule -> reached.add(rule.reason));
        Set<Reason> saidByTheJdbcRoom = EnumSet.of(
                Reason.UPDATABLE_RESULT,
                Reason.UNREPEATABLE_PARAMETER,
                Reason.SERIALIZABLE,
                Reason.WRITING_METHOD,
                Reason.UNREAD_SCHEMA,
                Reason.LEARNED,
                Reason.UNSERVED);
        assertThat(EnumSet.complementOf(EnumSet.copyOf(reached))).isEqualTo(saidByTheJdbcRoom);
    }

    @Test
    void shouldRefuseAMalformedTokenInAHint() {
        Classification after = statement(Kind.READ, new Hint(null, null, "1-b-zz"), false);
        assertThatThrownBy(() -> ready().route(after))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("1-b-zz")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("22023");
    }

    @Test
    void shouldKeepAScopeOfManyConnectionsOnOneReplica() throws SQLException {
        Scene scene = ready();
        Route first = scene.route(READ);
        for (int i = 0; i < 50; i++) {
            assertThat(scene.route(READ).target()).isEqualTo(first.target());
        }
    }

    @Test
    void shouldMoveAScopeOfOneConnectionOnceOthersAreProven() throws SQLException {
        Scene scene = ready();
        scene.settings =
                scene.settings.withSessionScope(SessionScope.CONNECTION).withLoadBalance(LoadBalance.ROUND_ROBIN);
        scene.readFrom(1);
        assertThat(scene.route(READ).target()).isEqualTo(scene.monitor.node(1));
        scene.at(10, 10, 10);
        assertThat(Stream.of(scene.route(READ), scene.route(READ)).map(Route::target))
                .containsExactlyInAnyOrder(scene.monitor.node(1), scene.monitor.node(2));
    }

    @Test
    void shouldAvoidTheBusierReplica() throws SQLException {
        Scene scene = ready().level(Consistency.EVENTUAL);
        scene.monitor.node(1).lendTally().readStarted();
        for (int i = 0; i < 50; i++) {
            assertThat(scene.route(READ).target()).isEqualTo(scene.monitor.node(2));
        }
    }

    @Test
    void shouldSpreadRandomly() throws SQLException {
        Scene scene = ready().level(Consistency.EVENTUAL);
        scene.settings = scene.settings.withLoadBalance(LoadBalance.RANDOM);
        int[] counts = new int[3];
        for (int i = 0; i < 400; i++) {
            counts[scene.route(READ).target().index()]++;
        }
        assertThat(counts[0]).isZero();
        assertThat(counts[1]).isBetween(100, 300);
    }

    @Test
    void shouldPreferTheReplicaWhoseProbesComeBackSoonest() throws SQLException {
        Scene scene = new Scene();
        scene.settings = scene.settings.withLoadBalance(LoadBalance.FASTEST);
        scene.monitor.now(1_000);
        scene.monitor.answer(0, true, 1, 10, scene.monitor.beginRound(), 0, 1);
        scene.monitor.answer(1, false, 1, 10, scene.monitor.beginRound(), 100, 1);
        scene.monitor.answer(2, false, 1, 10, scene.monitor.beginRound(), 900, 1);
        assertThat(scene.level(Consistency.EVENTUAL).route(READ).target()).isEqualTo(scene.monitor.node(2));
    }
}
