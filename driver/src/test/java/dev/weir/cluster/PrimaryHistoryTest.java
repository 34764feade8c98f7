package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrimaryHistoryTest {
    private record Entry(long round, long lsn) {}

    @Test
    void shouldFindTheNewestSampleReachedAsASearchOfAllWould() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        PrimaryHistory history = new PrimaryHistory();
        List<Entry> all = new ArrayList<>();
        long lsn = 0;
        for (int round = 1; round <= 1_500; round++) {
            lsn += random.nextInt(3);
            history.add(round, lsn, round * 10L);
            all.add(new Entry(round, lsn));
            long asked = random.nextLong(lsn + 3);
            long expected = all.stream()
                    .filter(entry -> entry.lsn <= asked)
                    .mapToLong(Entry::round)
                    .max()
                    .orElse(-1);
            int found = history.newestAtMost(asked);
            assertThat(found < 0 ? -1 : history.round(found))
                    .as("seed %d, round %d, position %d", seed, round, asked)
                    .isEqualTo(expected);
            assertThat(found < 0 ? -1 : history.nanos(found)).isEqualTo(expected < 0 ? -1 : expected * 10);
        }
    }

    @Test
    void shouldNeverClaimANewerSampleThanWasReachedWhenThinned() {
        PrimaryHistory history = new PrimaryHistory();
        for (int round = 1; round <= 10_000; round++) {
            history.add(round, round * 2L, round);
            long reached = round; // the sample of half this round
            int found = history.newestAtMost(reached);
            assertThat(found < 0 ? -1 : history.round(found)).isLessThanOrEqualTo(reached / 2);
        }
        assertThat(history.round(history.newestAtMost(20_000))).isEqualTo(10_000);
    }

    @Test
    void shouldForgetPositionsThatThePrimaryHasLost() {
        PrimaryHistory history = new PrimaryHistory();
        history.add(1, 100, 1);
        history.add(2, 90, 2);
        assertThat(history.round(history.newestAtMost(95))).isEqualTo(2);
        assertThat(history.newestAtMost(89)).isEqualTo(-1);
    }
}
