package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(2);

    private final Silence silence = new Silence(LIMIT, INTERVAL);
    private long now = TimeUnit.DAYS.toNanos(3);

    /** After how many rounds it is too long; -1 if it is not within so many. */
    private int roundsUntilTooLong(int most) {
        for (int round = 1; round <= most; round++) {
            now += INTERVAL;
            if (silence.isTooLongAt(now)) {
                return round;
            }
        }
        return -1;
    }

    @Test
    void shouldBeTooLongAfterTheLimitAndAgainAfterAnother() {
        silence.asked(now);
        assertThat(roundsUntilTooLong(100)).isEqualTo(20);
        assertThat(roundsUntilTooLong(100)).isEqualTo(20);
    }

    @Test
    void shouldBeginAnewWhenTheNodeIsHeard() {
        silence.asked(now);
        assertThat(roundsUntilTooLong(19)).isEqualTo(-1);
        silence.heard();
        assertThat(roundsUntilTooLong(100)).isEqualTo(-1);
        silence.asked(now);
        assertThat(roundsUntilTooLong(100)).isEqualTo(20);
    }

    @Test
    void shouldNotBeginAnewWithEachProbe() {
        silence.asked(now);
        assertThat(roundsUntilTooLong(15)).isEqualTo(-1);
        silence.asked(now);
        assertThat(roundsUntilTooLong(100)).isEqualTo(5);
    }

    @Test
    void shouldTakeNobodyForDeadBecauseTheMonitorItselfWasSuspended() {
        silence.asked(now);
        now += TimeUnit.MINUTES.toNanos(5);
        assertThat(silence.isTooLongAt(now)).isFalse();
        silence.heard();
        assertThat(roundsUntilTooLong(100)).isEqualTo(-1);
    }
}
