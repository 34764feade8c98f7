package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WakefulClockTest {
    private long monotonic = 5_000;
    private long millis = 1_700_000_000_000L;
    private final WakefulClock clock = new WakefulClock(() -> monotonic, () -> millis);

    private void pass(Duration awake, Duration timeOfDay) {
        monotonic += awake.toNanos();
        millis += timeOfDay.toMillis();
    }

    private Duration elapsed(Duration awake, Duration timeOfDay) {
        long before = clock.getAsLong();
        pass(awake, timeOfDay);
        return Duration.ofNanos(clock.getAsLong() - before);
    }

    @Test
    void shouldRunAsTheMonotonicClockWhileBothAgree() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(elapsed(Duration.ofMillis(7), Duration.ofMillis(7))).isEqualTo(Duration.ofMillis(7));
        }
    }

    @Test
    void shouldCountTheTimeThatTheMachineWasSuspended() {
        assertThat(elapsed(Duration.ofMillis(1), Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(30));
        assertThat(elapsed(Duration.ofMillis(5), Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(5));
    }

    @Test
    void shouldNeverGoBackWhenTheTimeOfDayIsSetBack() {
        assertThat(elapsed(Duration.ofMillis(3), Duration.ofHours(-1))).isEqualTo(Duration.ofMillis(3));
        assertThat(elapsed(Duration.ofMillis(1), Duration.ofSeconds(2)))
                .as("a suspension after that")
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void shouldMakeOlderWhatWasMeasuredBeforeTheTimeOfDayWasSetForward() {
        assertThat(elapsed(Duration.ofMillis(3), Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void shouldFollowSteeringOfTheTimeOfDay() {
        long before = clock.getAsLong();
        for (int i = 0; i < 100_000; i++) {
            pass(Duration.ofMillis(10), Duration.ofMillis(i % 2_000 == 0 ? 11 : 10)); // 50 ppm fast
        }
        Duration elapsed = Duration.ofNanos(clock.getAsLong() - before);
        assertThat(elapsed).isBetween(Duration.ofSeconds(1_000), Duration.ofMillis(1_000_100));
    }
}
