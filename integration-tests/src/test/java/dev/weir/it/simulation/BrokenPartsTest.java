package dev.weir.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.process.Directories;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * The simulated histories notice within 100 seeds if a part that they rely on is broken: the commit protocol, the checkpoint, the count check, the digest. The last two catch what
 * goes wrong elsewhere, so it is shown with a fault that each of them catches, too.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
final class BrokenPartsTest {
    private static final int SEEDS = 100;
    private static final String APPLIER = "dev.weir.replicator.replica.Applier";
    private static final String SILENT_DIFFERENCE = "differs from the primary";
    private static final String OWN_WORD = "diverged";

    private static Path directory;
    private static Path prepared;

    @BeforeAll
    static void prepare() throws IOException, SQLException {
        directory = SimulationTest.temporaryDirectory();
        prepared = directory.resolve("prepared");
        SimulatedCluster.prepare(prepared);
    }

    @Test
    void shouldFailWhenDataAreCommittedApartFromTheirEntry() throws Exception {
        Sabotage broken =
                new Sabotage().with("dev.weir.capture.CommitProtocol", "commitOnce", Sabotage.CommitFirst.class);
        requireFailure(trial(broken, "CUTS"), SILENT_DIFFERENCE, 8);
    }

    @Test
    void shouldFailWhenCheckpointDoesNotMoveWithTheData() throws Exception {
        Sabotage broken = new Sabotage().without("dev.weir.replicator.replica.Checkpoint", "move");
        requireFailure(trial(broken, "NONE"), SILENT_DIFFERENCE, 17);
    }

    @Test
    void shouldFailWhenCountsAreNotChecked() throws Exception {
        requireFailure(trial(losingRows(), "NONE"), OWN_WORD, 1);
        requireFailure(trial(losingRows().without(APPLIER, "deviates"), "NONE"), SILENT_DIFFERENCE, 2);
    }

    @Test
    void shouldFailWhenDigestIsNotChecked() throws Exception {
        long silent = requireFailure(
                trial(new Sabotage().without(APPLIER, "requireChain"), "ALTERED_ENTRIES"), SILENT_DIFFERENCE, 16);
        assertThat(trial(new Sabotage(), "ALTERED_ENTRIES").apply(silent))
                .as("the same history with the digest checked")
                .isNull();
    }

    /** Parts that apply one row less now and then, which the count check alone notices at once. */
    private static Sabotage losingRows() {
        return new Sabotage().with(APPLIER, "executeRow", Sabotage.LoseRow.class);
    }

    /**
     * The first seed that fails with some message.
     *
     * @param likely the seed to begin with, which has failed so before; if it no longer does, another may
     */
    private static long requireFailure(LongFunction<@Nullable String> trial, String message, long likely) {
        return LongStream.concat(LongStream.of(likely), LongStream.rangeClosed(1, SEEDS))
                .filter(seed -> {
                    String found = trial.apply(seed);
                    System.out.println("seed " + seed + ": " + found);
                    return found != null && found.contains(message);
                })
                .findFirst()
                .orElseThrow(() -> new AssertionError("None of " + SEEDS + " seeds fails with: " + message));
    }

    @SuppressWarnings("unchecked")
    private static LongFunction<@Nullable String> trial(ClassLoader parts, String fault)
            throws ReflectiveOperationException {
        return (LongFunction<@Nullable String>) parts.loadClass(Trial.class.getName())
                .getConstructor(Path.class, Path.class, String.class)
                .newInstance(prepared, directory, fault);
    }

    @AfterAll
    static void remove() throws IOException {
        if (directory != null) {
            Directories.remove(directory);
        }
    }
}
