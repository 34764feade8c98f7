package dev.weir.it.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short programs to their end. Thread-safe. */
public final class Commands {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Commands() {}

    /**
     * What a finished program left behind.
     *
     * @param status its exit status
     * @param output what it printed to both streams
     */
    public record Outcome(int status, String output) {
        public boolean isSuccess() {
            return status == 0;
        }
    }

    /** Runs the program; blocks until it ends, at most a minute, after which it is killed. A program that cannot be started has status 127. */
    public static Outcome run(List<String> command) throws IOException {
        Path output = Files.createTempFile("weir-command", ".out");
        try {
            Process process;
            try {
                process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
            } catch (IOException missing) {
                return new Outcome(127, String.valueOf(missing.getMessage()));
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command.get(0) + " did not end within " + LIMIT.toSeconds() + " s");
            }
            return new Outcome(
                    process.exitValue(),
                    Files.readString(output, StandardCharsets.UTF_8).strip());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for " + command.get(0), interrupted);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
