package dev.weir.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.history.Operation.Read;
import dev.weir.it.history.Operation.Write;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of violation in a history made by hand, and none in its sound twin. */
final class CheckerTest {
    private static final int SHARED = History.APPLICATION;
    private static final int OTHER = 7;

    private final History history = new History();

    private void write(int scope, int register, long version, long invoked, long returned) {
        history.add(new Write(scope, register, version, 100L * register + version, invoked, returned));
    }

    private void read(int scope, Promise promise, long bound, long invoked, long returned, Snapshot seen) {
        history.add(new Read(scope, promise, bound, seen, invoked, returned, onReplica, "by hand"));
    }

    private boolean onReplica = true;

    private static Snapshot sees(int register, long version) {
        return new Snapshot().with(register, version, version == 0 ? 0 : 100L * register + version);
    }

    private void assertViolated(String message) {
        assertThat(Checker.violations(history, true)).singleElement().asString().contains(message);
    }

    private void assertSound() {
        assertThat(Checker.violations(history, true)).isEmpty();
    }

    @Test
    void shouldFindMissOfOwnWrite() {
        write(SHARED, 1, 1, 10, 20);
        read(OTHER, Promise.SESSION, 0, 30, 40, sees(1, 0));
        read(SHARED, Promise.SESSION, 0, 15, 40, sees(1, 0));
        assertSound();
        read(SHARED, Promise.SESSION, 0, 30, 40, sees(1, 0));
        assertViolated("scope had written or seen");
    }

    @Test
    void shouldFindReadThatGoesBack() {
        write(OTHER, 1, 1, 10, 20);
        read(SHARED, Promise.EVENTUAL, 0, 12, 14, sees(1, 1));
        read(SHARED, Promise.SESSION, 0, 15, 17, sees(1, 0));
        read(SHARED, Promise.SESSION, 0, 30, 40, sees(1, 1));
        read(SHARED, Promise.EVENTUAL, 0, 50, 60, sees(1, 0));
        read(OTHER + 1, Promise.SESSION, 0, 50, 60, sees(1, 0));
        assertSound();
        read(SHARED, Promise.SESSION, 0, 50, 60, sees(1, 0));
        assertViolated("scope had written or seen");
    }

    /** PostgreSQL's standbys show a commit before the primary does. */
    @Test
    void shouldPardonThePrimaryForWhatNobodyWasToldOfYet() {
        write(OTHER, 1, 1, 10, 50);
        read(SHARED, Promise.SESSION, 0, 30, 40, sees(1, 1));
        onReplica = false;
        read(SHARED, Promise.SESSION, 0, 45, 60, sees(1, 0));
        assertSound();
        assertThat(Checker.violations(history, false)).hasSize(1);
        read(SHARED, Promise.SESSION, 0, 51, 60, sees(1, 0));
        assertViolated("scope had written or seen");
    }

    @Test
    void shouldNotPardonReplicas() {
        write(OTHER, 1, 1, 10, 50);
        read(SHARED, Promise.SESSION, 0, 30, 40, sees(1, 1));
        read(SHARED, Promise.SESSION, 0, 45, 60, sees(1, 0));
        assertViolated("scope had written or seen");
    }

    @Test
    void shouldFindStrongReadThatMissesAcknowledgedWrite() {
        write(OTHER, 1, 1, 10, 20);
        read(SHARED, Promise.STRONG, 0, 15, 60, sees(1, 0));
        read(SHARED, Promise.SESSION, 0, 30, 60, sees(1, 0));
        assertSound();
        read(SHARED, Promise.STRONG, 0, 30, 60, sees(1, 0));
        assertViolated("had been acknowledged");
    }

    @Test
    void shouldFindReadThatIsOlderThanItsBound() {
        write(OTHER, 1, 1, 10, 20);
        read(SHARED, Promise.BOUNDED, 10, 30, 60, sees(1, 0));
        assertSound();
        read(SHARED, Promise.BOUNDED, 10, 31, 60, sees(1, 0));
        assertViolated("had been acknowledged 10 ns before");
    }

    @Test
    void shouldFindEffectWithoutItsCause() {
        write(OTHER, 1, 1, 10, 20);
        read(SHARED, Promise.SESSION, 0, 25, 30, sees(1, 1));
        write(SHARED, 2, 1, 40, 50);
        read(OTHER + 1, Promise.EVENTUAL, 0, 60, 70, sees(2, 0).with(1, 1, 101));
        read(OTHER + 1, Promise.EVENTUAL, 0, 60, 70, sees(2, 0).with(1, 0, 0));
        assertSound();
        read(OTHER + 1, Promise.EVENTUAL, 0, 60, 70, sees(2, 1).with(1, 0, 0));
        assertViolated("when version 1 of register 2 was written");
    }

    @Test
    void shouldFindLostUpdate() {
        write(OTHER, 1, 1, 10, 20);
        write(SHARED, 1, 1, 10, Operation.NEVER);
        assertSound();
        write(SHARED, 1, 1, 10, 21);
        assertViolated("Lost update");
    }

    @Test
    void shouldFindWhatNobodyWrote() {
        write(OTHER, 1, 1, 10, Operation.NEVER);
        read(SHARED, Promise.EVENTUAL, 0, 5, 60, sees(1, 1));
        assertSound();
        read(SHARED, Promise.EVENTUAL, 0, 5, 60, sees(1, 2));
        assertViolated("nobody wrote");
    }
}
