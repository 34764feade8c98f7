package dev.weir.it.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Runs histories for whoever has loaded it, perhaps with broken parts: gives what was violated with a seed, or null. Confined to one thread. */
public final class Trial implements LongFunction<@Nullable String> {
    private final Path prepared;
    private final Path directory;
    private final String fault;

    /**
     * @param prepared a prepared cluster
     * @param directory where to run
     * @param fault what happens more often than else: {@code CUTS} of writers' connections, {@code ALTERED_ENTRIES} in the log, or {@code NONE}
     */
    public Trial(Path prepared, Path directory, String fault) {
        this.prepared = prepared;
        this.directory = directory;
        this.fault = fault;
    }

    @Override
    public @Nullable String apply(long seed) {
        try (Simulation simulation = new Simulation(seed, prepared, directory.resolve("trial-" + UUID.randomUUID()))) {
            switch (fault) {
                case "CUTS" -> simulation.cutOften();
                case "ALTERED_ENTRIES" -> simulation.alterLog();
                default -> {}
            }
            simulation.run();
            return null;
        } catch (Violation violation) {
            return violation.getMessage();
        } catch (IOException | SQLException e) {
            throw new AssertionError("Seed " + seed, e);
        }
    }
}
