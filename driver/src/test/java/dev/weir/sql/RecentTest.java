package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RecentTest {
    private static final int MOST = 64;

    private final Recent<Integer, Integer> recent = new Recent<>(MOST);

    @Test
    void shouldStayWithinItsBoundAndKeepTheNewest() {
        for (int i = 0; i < 100 * MOST; i++) {
            recent.put(i, i);
            assertThat(recent.size()).isLessThanOrEqualTo(MOST);
            for (int newest = Math.max(0, i - MOST / 2 + 1); newest <= i; newest++) {
                assertThat(recent.get(newest)).isEqualTo(newest);
            }
        }
        assertThat(recent.get(0)).isNull();
    }

    @Test
    void shouldKeepWhatIsAskedForAgain() {
        recent.put(-1, 7);
        for (int i = 0; i < 100 * MOST; i++) {
            recent.put(i, i);
            assertThat(recent.get(-1)).isEqualTo(7);
        }
    }

    @Test
    void shouldReplaceAValueOfEitherGeneration() {
        recent.put(1, 1);
        recent.turn();
        recent.put(1, 2);
        assertThat(recent.get(1)).isEqualTo(2);
        recent.turn();
        assertThat(recent.get(1)).isEqualTo(2);
    }

    @Test
    void shouldForgetWhatNobodyAsksForInAGeneration() {
        recent.put(1, 1);
        recent.turn();
        recent.turn();
        assertThat(recent.get(1)).isNull();
    }

    @Test
    void shouldStayNearItsBoundWithManyThreads() throws Exception {
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * 10_000;
                running.add(executor.submit(() -> {
                    for (int i = first; i < first + 10_000; i++) {
                        recent.put(i, -i);
                        Integer found = recent.get(i - first % 7);
                        assertThat(found == null || found == -(i - first % 7)).isTrue();
                        assertThat(recent.size()).isLessThanOrEqualTo(MOST + 4 * threads);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
