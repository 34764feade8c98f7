package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlertBookTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AlertBook book = new AlertBook(Duration.ofSeconds(5));
    private final LagLimits limits = LagLimits.DEFAULT;
    private final List<String> news = new ArrayList<>();

    /** One second with this lag in seconds. */
    private void second(int second, double lag) {
        Duration exact = Duration.ofMillis((long) (lag * 1_000));
        Severity level = limits.level(exact, book.level(AlertKind.LAG, "r1"));
        List<Condition> wrong = level == Severity.INFO
                ? List.of()
                : List.of(new Condition(AlertKind.LAG, "r1", level, "behind", Map.of("lag_ms", "" + exact.toMillis())));
        Instant now = START.plusSeconds(second);
        for (Alert alert : book.update(now, Duration.ofSeconds(second).toNanos(), wrong)) {
            news.add(second + " " + alert.severity() + (alert.isOpen() ? "" : " ended"));
        }
    }

    @Test
    void shouldTellOnceWhenLagWaversAroundLimit() {
        for (int i = 0; i < 60; i++) {
            second(i, i % 2 == 0 ? 5.1 : 4.2);
        }

        assertThat(news).containsExactly("0 WARNING");
    }

    @Test
    void shouldRiseAtOnceAndFallOnlyAfterAWhileWhenLagComesAndGoes() {
        double[] lags = {0, 6, 16, 16, 6, 6, 6, 6, 6, 6, 6, 0, 0, 0, 0, 0, 0, 0};
        for (int i = 0; i < lags.length; i++) {
            second(i, lags[i]);
        }

        assertThat(news).containsExactly("1 WARNING", "2 CRITICAL", "8 WARNING", "15 CRITICAL ended");
        assertThat(book.open()).isEmpty();
        assertThat(book.recent()).singleElement().satisfies(alert -> {
            assertThat(alert.start()).isEqualTo(START.plusSeconds(1));
            assertThat(alert.end()).isEqualTo(Optional.of(START.plusSeconds(10)));
            assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(alert.evidence()).containsEntry("lag_ms", "6000");
        });
    }

    @Test
    void shouldRememberOnlySoManyWhenMuchGoesWrong() {
        for (int i = 0; i < 1_000; i++) {
            long nanos = Duration.ofSeconds(20L * i).toNanos();
            Condition wrong = new Condition(AlertKind.STALL, "r" + i, Severity.WARNING, "", Map.of());
            book.update(START.plusSeconds(20L * i), nanos, List.of(wrong));
        }

        assertThat(book.recent()).hasSize(200);
        assertThat(book.open()).hasSize(1);
    }
}
