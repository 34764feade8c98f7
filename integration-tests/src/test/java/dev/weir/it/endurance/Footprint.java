package dev.weir.it.endurance;

import dev.weir.it.process.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a JVM holds. Immutable.
 *
 * @param heap bytes of objects that are reachable, after a full collection
 */
record Footprint(long heap, long threads, long descriptors) {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    /** Asks a JVM of this machine and user; collects its garbage for that. */
    static Footprint of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Commands.Outcome histogram = Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram"));
        Matcher total = TOTAL.matcher(histogram.output());
        if (!total.find()) {
            throw new IOException("The JVM " + pid + " does not tell its heap: " + histogram.output());
        }
        return new Footprint(
                Long.parseLong(total.group(1)), count(process.resolve("task")), count(process.resolve("fd")));
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    @Override
    public String toString() {
        return String.format("%.1f MB, %d threads, %d descriptors", heap / 1e6, threads, descriptors);
    }
}
