package dev.weir.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.Seeds;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No read sees less than its level promises, whatever fails. {@code -Dweir.seeds=20} runs so many histories, {@code -Dweir.seed=N} one of them again, {@code -Dweir.seconds=30} longer ones.
 */
@ExtendWith({PostgresExtension.class, H2TcpExtension.class})
final class HistoryTest {
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("weir.seconds", 8));
    private static final Duration CATCH = Duration.ofSeconds(8);
    private static final int SHOWN = 5;

    static LongStream seeds() {
        return Seeds.of(2);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepEachPromiseOnPostgres(long seed, PostgresCluster cluster) throws Exception {
        check(new PostgresFaults(cluster), seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldKeepEachPromiseOnH2(long seed, H2TcpCluster cluster) throws Exception {
        check(new H2Faults(cluster), seed);
    }

    /** The clients of a broken router ask at level eventual, whatever they say. */
    @Test
    void shouldCatchRouterThatIgnoresLevelsOnPostgres(PostgresCluster cluster) throws Exception {
        assertCaught(new PostgresFaults(cluster));
    }

    @Test
    void shouldCatchRouterThatIgnoresLevelsOnH2(H2TcpCluster cluster) throws Exception {
        assertCaught(new H2Faults(cluster));
    }

    private static void assertCaught(Faults closed) throws Exception {
        try (Faults faults = closed) {
            HistoryRun run = new HistoryRun(faults, 1, true);
            List<String> violations = run.violations(CATCH);
            System.out.println("Broken router, " + violations.size() + " violations, " + run);
            for (Promise promise : List.of(Promise.SESSION, Promise.STRONG, Promise.BOUNDED)) {
                assertThat(violations)
                        .as("%s reads, %s", promise, run)
                        .anyMatch(violation -> violation.contains(": " + promise + " read"));
            }
        }
    }

    private static void check(Faults closed, long seed) throws Exception {
        try (Faults faults = closed) {
            check(new HistoryRun(faults, seed, false));
        }
    }

    private static void check(HistoryRun run) throws Exception {
        List<String> violations = run.violations(LENGTH);
        System.out.println(run);
        assertThat(violations.stream().limit(SHOWN))
                .as("%s violations, %s", violations.size(), run)
                .isEmpty();
        assertThat(run.strangeFailures()).as("failures, %s", run).isEmpty();
        for (Promise promise : Promise.values()) {
            assertThat(run.history().reads(promise))
                    .as("%s reads, %s", promise, run)
                    .isPositive();
        }
        assertThat(run.history().writes()).as("writes, %s", run).isPositive();
        assertThat(run.replicaReads()).as("reads by replicas, %s", run).isPositive();
    }
}
