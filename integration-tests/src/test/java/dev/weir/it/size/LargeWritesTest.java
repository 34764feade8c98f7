package dev.weir.it.size;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM with little memory that writes, logs and applies large transactions: small ones by default, for the time that they take; {@code -Dweir.rows=5000000 -Dweir.lobBytes=104857600 -Dweir.heap=256} for the sizes that a heap of 256 MB is promised for,
 * {@code -Dweir.form=tcp} for stores that JVMs of their own serve.
 */
final class LargeWritesTest {
    private static final int ROWS = Integer.getInteger("weir.rows", 12_000);
    private static final long LOB_BYTES = Long.getLong("weir.lobBytes", 4L * 1024 * 1024);
    private static final String FORM = System.getProperty("weir.form", "embedded");
    private static final int HEAP = Integer.getInteger("weir.heap", 96);

    @TempDir
    Path directory;

    @Test
    void shouldReplicateMoreThanTheHeapHolds() throws Exception {
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP + "m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dweir.heap=" + HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeWritesMain.class.getName(),
                        Integer.toString(ROWS),
                        Long.toString(LOB_BYTES),
                        FORM))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.HOURS)).isTrue();
            assertThat(Files.readAllLines(log)).contains("equal");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
