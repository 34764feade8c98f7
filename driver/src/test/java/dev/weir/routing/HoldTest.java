package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The rations of waits, by a clock that the test advances. */
final class HoldTest {
    private static final long MILLI = 1_000_000;

    @Test
    void shouldLetAllWhoComeMeanwhileShareOneWait() {
        Hold hold = new Hold();
        assertThat(hold.enter(0)).isEqualTo(Hold.LONGEST_NANOS);
        assertThat(hold.enter(2 * MILLI)).isEqualTo(Hold.LONGEST_NANOS - 2 * MILLI);
    }

    @Test
    void shouldRefuseAnotherWaitUntilSoManyTimesItsLengthHavePassed() {
        Hold hold = new Hold();
        hold.enter(0);
        hold.leave(0, 2 * MILLI, Hold.SPACING);
        assertThat(hold.enter(2 * MILLI)).isZero();
        assertThat(hold.enter(42 * MILLI - 1)).isZero();
        assertThat(hold.enter(42 * MILLI)).isEqualTo(Hold.LONGEST_NANOS);
    }

    @Test
    void shouldEndAWaitThatNobodyLeftWhenItsTimeIsOver() {
        Hold hold = new Hold();
        hold.enter(0);
        assertThat(hold.enter(Hold.LONGEST_NANOS)).isEqualTo(Hold.LONGEST_NANOS);
    }

    @Test
    void shouldCountAcrossTheOverflowOfTheClock() {
        Hold hold = new Hold();
        long began = Long.MAX_VALUE - MILLI;
        hold.enter(began);
        hold.leave(began, began + 2 * MILLI, Hold.SHORT_SPACING);
        assertThat(hold.enter(began + 10 * MILLI - 1)).isZero();
        assertThat(hold.enter(began + 10 * MILLI)).isPositive();
    }

    @Test
    void shouldNotSeekAnotherNodeForTwentyTimesAsLongAsItWasSoughtInVain() {
        Backoff backoff = new Backoff();
        assertThat(backoff.isOver(0)).isTrue();
        backoff.begin(0, 3 * MILLI);
        assertThat(backoff.isOver(63 * MILLI - 1)).isFalse();
        assertThat(backoff.isOver(63 * MILLI)).isTrue();
    }
}
