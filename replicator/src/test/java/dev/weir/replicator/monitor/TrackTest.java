package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrackTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void shouldKeepMinutesInFullAndDaysInOutlineWhenItRunsForWeeks() {
        Track track = new Track();
        int seconds = 9 * 24 * 3_600;
        for (int i = 0; i < seconds; i++) {
            track.add(START.plusSeconds(i), i % 60 == 30 ? 7 : 1, i, 10);
        }

        assertThat(track.fine()).hasSize(Track.FINE);
        assertThat(track.fine().get(Track.FINE - 1).lagEntries()).isEqualTo(seconds - 1);
        assertThat(track.coarse()).hasSize(Track.COARSE).allSatisfy(point -> {
            assertThat(point.lagSeconds()).isEqualTo(7);
            assertThat(point.rate()).isEqualTo(10);
        });
    }

    @Test
    void shouldKeepUnknownUnknownWhenNothingWasKnownForAMinute() {
        Track track = new Track();
        for (int i = 0; i < 180; i++) {
            track.add(START.plusSeconds(i), i / 60 == 1 ? Double.NaN : 2, Double.NaN, Double.NaN);
        }

        assertThat(track.coarse()).extracting(Point::lagSeconds).containsExactly(2.0, Double.NaN);
    }

    @Test
    void shouldTellAgeFromPositionsWhenLogIsWatched() {
        Timeline timeline = new Timeline();
        long second = Duration.ofSeconds(1).toNanos();
        timeline.add(0, 100);
        timeline.add(second, 100);
        timeline.add(2 * second, 200);
        timeline.add(3 * second, 300);

        assertThat(timeline.mostAgeAfter(300, 4 * second)).contains(Duration.ZERO);
        assertThat(timeline.mostAgeAfter(250, 4 * second)).contains(Duration.ofSeconds(2));
        assertThat(timeline.mostAgeAfter(100, 4 * second)).contains(Duration.ofSeconds(3));
        assertThat(timeline.mostAgeAfter(99, 4 * second)).isEqualTo(Optional.empty());
        assertThat(timeline.leastAgeAfter(100, 4 * second)).isEqualTo(Duration.ofSeconds(2));
        assertThat(timeline.corrected(Duration.ofSeconds(30), 100, 4 * second)).isEqualTo(Duration.ofSeconds(3));
        assertThat(timeline.corrected(Duration.ZERO, 100, 4 * second)).isEqualTo(Duration.ofSeconds(2));
        assertThat(timeline.corrected(Duration.ofMillis(2_500), 100, 4 * second))
                .isEqualTo(Duration.ofMillis(2_500));
    }
}
