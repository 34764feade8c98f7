package dev.weir.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.Seeds;
import dev.weir.it.process.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.PrimitiveIterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Many simulated histories, each decided by its seed. {@code -Dweir.seeds=N} runs so many, {@code -Dweir.seed=N} repeats one. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
final class SimulationTest {
    private static Path directory;
    private static Path prepared;

    @BeforeAll
    static void prepare() throws IOException, SQLException {
        directory = temporaryDirectory();
        prepared = directory.resolve("prepared");
        SimulatedCluster.prepare(prepared);
    }

    /** In memory, where there is such a place: a simulated disk does not need to last. */
    static Path temporaryDirectory() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "weir-simulation")
                : Files.createTempDirectory("weir-simulation");
    }

    @Test
    void shouldKeepEveryPromiseThroughCrashesPartitionsAndTornWrites() throws Exception {
        Simulation.Tally all = new Simulation.Tally();
        int histories = 0;
        long start = System.nanoTime();
        for (PrimitiveIterator.OfLong seeds = Seeds.of(30).iterator(); seeds.hasNext(); histories++) {
            long seed = seeds.nextLong();
            try (Simulation simulation = new Simulation(seed, prepared, directory.resolve("seed-" + seed))) {
                Simulation.Tally tally = run(simulation, seed);
                all.add(tally);
                if (tally.doubts > 0) {
                    System.out.println("seed " + seed + " left a store in doubt");
                }
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%d histories in %.1f s, %.0f a minute: %s%n", histories, seconds, histories * 60 / seconds, all);
        assertThat(all.commits).isPositive();
        assertThat(all.primaryCrashes).isPositive();
    }

    private static Simulation.Tally run(Simulation simulation, long seed) {
        try {
            return simulation.run();
        } catch (Exception | AssertionError failure) {
            throw new AssertionError(
                    "Repeat with -Dweir.seed=" + seed + ": " + failure.getMessage() + "\n"
                            + String.join("\n", simulation.trace()),
                    failure);
        }
    }

    @Test
    void shouldNoticeDiskThatOnlyClaimsToForce() {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= 100; seed++) {
                        try (Simulation simulation =
                                new Simulation(seed, prepared, directory.resolve("lying-" + seed))) {
                            simulation.cluster().primary().disk().lie();
                            simulation.run();
                        }
                    }
                })
                .isInstanceOf(Violation.class)
                .hasMessageContaining("was durable");
    }

    @AfterAll
    static void remove() throws IOException {
        if (directory != null) {
            Directories.remove(directory);
        }
    }
}
