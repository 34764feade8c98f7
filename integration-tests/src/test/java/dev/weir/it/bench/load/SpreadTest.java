package dev.weir.it.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many threads of one application with slow statements: replicas take their reads off the primary, although each read of one makes the others unproven.
 * {@code -Dweir.spread=1000} measures longer windows, in milliseconds.
 */
class SpreadTest {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("weir.spread", 250));
    private static final int REPLICAS = 4;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(REPLICAS);
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WEIR", "WEIR_WAIT"})
    void shouldServeReadsByReplicas(Way way) throws Exception {
        Result result = new LoadRun(fleet, LENGTH, LENGTH, 4, 42).run(way, Mix.READS, REPLICAS);
        System.out.printf(
                Locale.ROOT,
                "%s: %.0f ± %.0f a second, %.0f %% by %d replicas%n",
                way.title(),
                result.mean(),
                result.deviation(),
                100 * result.byReplicas(),
                REPLICAS);
        assertThat(result.failure()).isEmpty();
        assertThat(result.byReplicas()).isGreaterThan(way == Way.WEIR ? 0.25 : 0.75);
    }
}
