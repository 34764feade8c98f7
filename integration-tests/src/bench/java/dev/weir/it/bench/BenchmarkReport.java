package dev.weir.it.bench;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Measures all subjects side by side: the cost of a statement on each target, scaling with threads, start and footprint, whole loads, and the
 * log of an H2 primary.
 * Writes what came out as Markdown with charts, after each part anew. Confined to one thread.
 */
public final class BenchmarkReport {
    private final Path folder;
    private final Size size;
    private final List<Integer> threads;
    private final StringBuilder text = new StringBuilder();

    private BenchmarkReport(Path folder, Size size, List<Integer> threads) {
        this.folder = folder;
        this.size = size;
        this.threads = threads;
    }

    /**
     * Writes the report.
     *
     * @param arguments the folder; then, each with commas between, the parts, which are targets, {@code START}, {@code LOAD} and {@code LOG}, and
     *     the numbers of threads on the stub; then the size
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<String> parts = List.of(arguments[1].split(","));
        List<Integer> threads =
                Arrays.stream(arguments[2].split(",")).map(Integer::valueOf).toList();
        BenchmarkReport report =
                new BenchmarkReport(folder, Size.valueOf(arguments[3].toUpperCase(Locale.ROOT)), threads);
        report.begin();
        report.statements(parts);
        if (parts.contains("LOAD")) {
            report.add(new EndToEnd(folder, report.size).measure());
        }
        if (parts.contains("LOG")) {
            report.add(report.log());
        }
        System.out.println("The report is " + folder.resolve("report.md"));
    }

    private void begin() throws IOException {
        add(String.format(
                "# What Weir costs%n%nMade %s on Java %s, %s %s, %d processors (%s), size %s. Versions: %s.%n",
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                System.getProperty("java.runtime.version"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                size.name().toLowerCase(Locale.ROOT),
                versions()));
    }

    /** The jars that were measured, which have their versions in their names. */
    private static String versions() {
        Stream<String> own = ClassPath.entries().stream()
                .map(entry -> String.valueOf(entry.getFileName()))
                .filter(name -> name.matches("(weir-driver|HikariCP|h2|postgresql|jmh-core)-.*\\.jar"));
        Stream<String> peers = Arrays.stream(Subject.values())
                .flatMap(subject -> subject.jars().stream())
                .map(jar -> String.valueOf(jar.getFileName()))
                .filter(name -> name.matches("(p6spy|aws-advanced-jdbc-wrapper|shardingsphere-jdbc)-\\d.*"));
        return Stream.concat(own, peers)
                .map(name -> name.replaceFirst("\\.jar$", ""))
                .sorted()
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** The parts that share one PostgreSQL cluster. */
    private void statements(List<String> parts) throws Exception {
        if (parts.stream().allMatch(part -> part.equals("LOAD") || part.equals("LOG"))) {
            return;
        }
        try (PostgresCluster cluster = PostgresCluster.start()) {
            String nodes = cluster.nodes().stream().map(PostgresNode::address).collect(Collectors.joining(","));
            List<String> options = List.of(
                    "-D" + Target.RUNNING + "=" + nodes,
                    "-Dbench.peers=" + System.getProperty("bench.peers", "target/peers"),
                    "-Djava.awt.headless=true");
            add(
                    "\n## A statement\n\nCPU nanoseconds of the benchmark's threads and bytes allocated, for one operation; ± is JMH's 99.9 %"
                            + " interval over all measured iterations (`" + size.jmh()
                            + "`). The ratio is that to the plain driver's CPU time in the"
                            + " same run. Nothing is drawn at random: the keys follow one another.\n");
            for (Target target : Target.values()) {
                if (parts.contains(target.name())) {
                    measure(target, target == Target.STUB ? threads : List.of(1), options);
                }
            }
            if (parts.contains("START")) {
                Target.POSTGRESQL.fill(new Source(
                        () -> DriverManager.getConnection(
                                cluster.primary().url(), PostgresCluster.USER, PostgresCluster.PASSWORD),
                        () -> {}));
                cluster.awaitCaughtUp();
                add(new Startup(size, options, folder).measure());
            }
        }
    }

    private void measure(Target target, List<Integer> counts, List<String> options) throws Exception {
        add("\n### " + target.title() + "\n");
        Map<Integer, List<Cost>> byThreads = new TreeMap<>();
        for (int count : counts) {
            boolean first = count == counts.get(0);
            List<Cost> costs = measured(target, count, first && target == Target.STUB, options);
            byThreads.put(count, costs);
            if (first) {
                String chart = target.name().toLowerCase(Locale.ROOT) + ".svg";
                CostChart.write(target.title(), costs, folder.resolve(chart));
                add(String.format("%n%s%n![CPU time](%s)%n", CostTable.of(costs), chart));
            }
        }
        add(Scaling.of(byThreads));
    }

    private List<Cost> measured(Target target, int count, boolean everything, List<String> options)
            throws RunnerException, CommandLineOptionException {
        String[] subjects = Arrays.stream(Subject.values())
                .filter(subject -> subject.runsOn(target) && (count == 1 || size.scales(subject)))
                .map(Subject::name)
                .toArray(String[]::new);
        List<String> jvm = new ArrayList<>(options);
        if (count > 1) {
            // Threads that all run at full speed leave the compilers so little of the processors that warming up takes
            // long; so they wait.
            jvm.add("-Xbatch");
        }
        ChainedOptionsBuilder measuring = new OptionsBuilder()
                .parent(new CommandLineOptions(size.jmh().split(" ")))
                .include(everything ? "JdbcBenchmark" : size.operations())
                .param("target", target.name())
                .param("subject", subjects)
                .threads(count)
                .jvmArgsAppend(jvm.toArray(String[]::new))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTimeProfiler.class);
        if (count > 1) {
            measuring.warmupIterations(4).warmupTime(TimeValue.seconds(2));
        }
        List<Cost> costs = new ArrayList<>();
        for (RunResult result : new Runner(measuring.build()).run()) {
            costs.add(Cost.of(result));
        }
        return costs;
    }

    /** What {@link LogReport} measures, in a JVM of its own so that its processor time is nobody else's. */
    private String log() throws IOException, InterruptedException {
        Path file = folder.resolve("log.md");
        int status = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Dbench.peers=" + System.getProperty("bench.peers", "target/peers"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LogReport.class.getName(),
                        file.toString(),
                        Integer.toString(size.logSeconds()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException("The measurement of the log ended with status " + status);
        }
        return "\n" + Files.readString(file).replaceAll("(?m)^#", "##");
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

    private void add(String more) throws IOException {
        text.append(more);
        Files.writeString(folder.resolve("report.md"), text);
    }
}
