package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final Breaker breaker = new Breaker();
    private long now = TimeUnit.DAYS.toNanos(100);
    private long failures;

    private boolean fail(long reads) {
        failures++;
        return breaker.failed(now, reads, failures);
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private void open() {
        fail(1);
        fail(2);
        assertThat(fail(3)).isTrue();
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void shouldOpenAtTheThirdIncidentWithinTheWindow() {
        assertThat(fail(1)).isFalse();
        assertThat(fail(2)).isFalse();
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(fail(3)).isTrue();
    }

    @Test
    void shouldStayClosedWhenIncidentsAreFarApart() {
        for (int i = 0; i < 10; i++) {
            assertThat(fail(i)).isFalse();
            pass(6);
        }
    }

    @Test
    void shouldStayClosedWhenMostReadsSucceed() {
        for (int i = 1; i < 10; i++) {
            assertThat(fail(i * 100L)).isFalse();
        }
    }

    @Test
    void shouldTryOnceAfterItsPauseAndCloseWhenThatSucceeds() {
        open();
        assertThat(breaker.beginsTrial(now)).isFalse();
        pass(1);
        assertThat(breaker.beginsTrial(now)).isTrue();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.beginsTrial(now)).isFalse();
        breaker.tried(true, now);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void shouldPauseTwiceAsLongAfterEachTrialAndAtMostHalfAMinute() {
        open();
        int[] pauses = {1, 2, 4, 8, 16, 30, 30};
        for (int pause : pauses) {
            pass(pause);
            now--;
            assertThat(breaker.beginsTrial(now)).as("before %d s", pause).isFalse();
            now++;
            assertThat(breaker.beginsTrial(now)).as("after %d s", pause).isTrue();
            breaker.tried(false, now);
        }
    }

    @Test
    void shouldForgetItsPauseAfterHalfAMinuteOfHealth() {
        open();
        pass(1);
        breaker.beginsTrial(now);
        breaker.tried(true, now);
        pass(31);
        open();
        pass(1);
        assertThat(breaker.beginsTrial(now)).isTrue();
    }
}
