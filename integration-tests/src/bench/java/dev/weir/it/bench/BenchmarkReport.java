package dev.weir.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Measures all subjects side by side on each target and with each number of threads, and writes what came out as Markdown with a chart for
 * each of them. Confined to one thread.
 */
public final class BenchmarkReport {
    private final Path folder;
    private final CommandLineOptions options;
    private final StringBuilder text = new StringBuilder();

    private BenchmarkReport(Path folder, CommandLineOptions options) {
        this.folder = folder;
        this.options = options;
    }

    /**
     * Writes the report.
     *
     * @param arguments the folder, the targets and the numbers of threads, both with commas between; then JMH's own arguments
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<Target> targets =
                Arrays.stream(arguments[1].split(",")).map(Target::valueOf).toList();
        List<Integer> threads =
                Arrays.stream(arguments[2].split(",")).map(Integer::valueOf).toList();
        String[] rest = Arrays.copyOfRange(arguments, 3, arguments.length);
        BenchmarkReport report = new BenchmarkReport(folder, new CommandLineOptions(rest));
        report.begin(String.join(" ", rest));
        for (Target target : targets) {
            report.measure(target, threads);
        }
        report.footprint();
    }

    private void begin(String arguments) {
        text.append("# What a statement costs\n\n");
        text.append(String.format(
                "Made %s on Java %s, %s %s, %d processors (%s), with JMH %s.%n%n",
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                System.getProperty("java.runtime.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                arguments));
        text.append(
                "CPU nanoseconds of the benchmark's threads and bytes allocated, for one operation; ± is JMH's 99.9 % interval over all"
                        + " measured iterations. The ratio is that to the plain driver's CPU time in the same run. Nothing is drawn at random:"
                        + " the keys follow one another.\n");
    }

    private void measure(Target target, List<Integer> threads) throws Exception {
        text.append("\n## ").append(target).append('\n');
        for (int count : threads) {
            List<Cost> costs = measured(target, count);
            String chart = (target + "-" + count + ".svg").toLowerCase(Locale.ROOT);
            CostChart.write(target + ", threads: " + count, costs, folder.resolve(chart));
            text.append(String.format("%n### Threads: %d%n%n%s%n![CPU time](%s)%n", count, CostTable.of(costs), chart));
            save();
        }
    }

    private List<Cost> measured(Target target, int threads) throws Exception {
        String[] subjects = Arrays.stream(Subject.values())
                .filter(subject -> subject.runsOn(target))
                .map(Subject::name)
                .toArray(String[]::new);
        List<Cost> costs = new ArrayList<>();
        for (RunResult result : new Runner(new OptionsBuilder()
                        .parent(options)
                        .param("target", target.name())
                        .param("subject", subjects)
                        .threads(threads)
                        .addProfiler(GCProfiler.class)
                        .addProfiler(CpuTimeProfiler.class)
                        .build())
                .run()) {
            costs.add(Cost.of(result));
        }
        return costs;
    }

    private void footprint() throws IOException {
        text.append("\n## Jars of the peers\n\n| Subject | Jars | First | MB |\n|---|--:|---|--:|\n");
        for (Subject subject : Subject.values()) {
            long bytes = 0;
            for (Path jar : subject.jars()) {
                bytes += Files.size(jar);
            }
            if (bytes > 0) {
                String first = subject.jars().get(0).getFileName().toString();
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %d | %s | %.2f |%n",
                        subject.title(),
                        subject.jars().size(),
                        first,
                        bytes / 1e6));
            }
        }
        save();
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException | UncheckedIOException notLinux) {
            return "unknown";
        }
    }

    private void save() throws IOException {
        Files.writeString(folder.resolve("report.md"), text);
    }
}
