package dev.weir.it.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The part of the report that starts JVMs: what it costs until the first row has come, what 1,000 open logical connections hold, and what is added to the class path. Confined to one thread.
 */
final class Startup {
    private static final int HELD = 1_000;

    /** What the driver needs at run time besides the target's driver; Maven's names. */
    private static final List<String> OWN = List.of("weir-driver", "jsqlparser", "HikariCP", "slf4j-api", "jspecify");

    /** What is started from archives of their classes as well. */
    private static final List<Subject> ARCHIVED = List.of(Subject.RAW, Subject.WEIR);

    private final Size size;
    private final List<String> options;
    private final Path folder;
    private final String classPath;

    /** @param options of the JVM, which lead to a running target and to the peers */
    Startup(Size size, List<String> options, Path folder) throws IOException {
        this.size = size;
        this.options = options;
        this.folder = folder;
        this.classPath = ClassPath.packed(folder);
    }

    /** What one JVM told. */
    private record Started(double cpuMillis, double millis, int threads, long heap, int threadsOfAll, long heapOfAll) {
        static Started of(String line) {
            String[] parts = line.substring(FirstRow.MARK.length()).split(" ");
            return new Started(
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]),
                    Integer.parseInt(parts[2]),
                    Long.parseLong(parts[3]),
                    Integer.parseInt(parts[4]),
                    Long.parseLong(parts[5]));
        }
    }

    String measure() throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder("\n## Start and footprint\n\n");
        text.append(
                "CPU time of the whole JVM, its compiler and collector included, from before the subject's first class to its first row; mean"
                        + " of several JVMs, started in turn, ± their standard deviation. HotSpot tells it in steps of 10 ms. The class path is that of"
                        + " these benchmarks.\n");
        for (Target target : List.of(Target.STUB, Target.POSTGRESQL)) {
            text.append(starts(target));
        }
        return text.append(held()).append(jars()).toString();
    }

    private String starts(Target target) throws IOException, InterruptedException {
        for (Subject subject : ARCHIVED) {
            start(subject, target, 0, List.of("-XX:ArchiveClassesAtExit=" + archive(subject)));
        }
        Map<Subject, List<Started>> starts = new EnumMap<>(Subject.class);
        Map<Subject, List<Started>> archived = new EnumMap<>(Subject.class);
        for (int i = 0; i < size.starts(target); i++) {
            for (Subject subject : Subject.values()) {
                if (subject.runsOn(target)) {
                    starts.computeIfAbsent(subject, unseen -> new ArrayList<>())
                            .add(start(subject, target, 0, List.of()));
                }
            }
            for (Subject subject : ARCHIVED) {
                archived.computeIfAbsent(subject, unseen -> new ArrayList<>())
                        .add(start(subject, target, 0, List.of("-XX:SharedArchiveFile=" + archive(subject))));
            }
        }
        return String.format(
                        Locale.ROOT,
                        "%n%s; %d JVMs each.%n%n| | CPU ms | over plain | ms until the row | threads |%n|---|--:|--:|--:|--:|%n",
                        target.title(),
                        size.starts(target))
                + rows(starts, "")
                + rows(archived, ", with a class archive (`-XX:SharedArchiveFile`)");
    }

    private Path archive(Subject subject) {
        return folder.resolve(subject.name().toLowerCase(Locale.ROOT) + ".jsa");
    }

    /** A row for each subject, which tells what it takes over the plain driver started in the same way. */
    private static String rows(Map<Subject, List<Started>> starts, String how) {
        double plain = mean(starts.getOrDefault(Subject.RAW, List.of()));
        StringBuilder rows = new StringBuilder();
        starts.forEach((subject, own) -> rows.append(row(subject.title() + how, own, plain)));
        return rows.toString();
    }

    private static String row(String title, List<Started> starts, double plain) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f ± %.0f | %.0f | %.0f | %d |%n",
                title,
                mean(starts),
                deviation(starts),
                mean(starts) - plain,
                starts.stream().mapToDouble(Started::millis).average().orElse(Double.NaN),
                starts.get(0).threads());
    }

    private String held() throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%nLive heap after collections, with one connection and with %,d open ones of which one has read a row; on the stub, whose own"
                        + " connections are nearly nothing.%n%n| | MB with one | bytes for each more | threads |%n|---|--:|--:|--:|%n",
                HELD));
        for (Subject subject : Subject.values()) {
            if (subject.runsOn(Target.STUB)) {
                Started started = start(subject, Target.STUB, HELD, List.of());
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %.1f | %,d | %d |%n",
                        subject.title(),
                        started.heap() / 1e6,
                        (started.heapOfAll() - started.heap()) / (HELD - 1),
                        started.threadsOfAll()));
            }
        }
        return text.toString();
    }

    private Started start(Subject subject, Target target, int held, List<String> more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath));
        command.addAll(options);
        command.addAll(more);
        command.addAll(List.of(FirstRow.class.getName(), subject.name(), target.name(), Integer.toString(held)));
        Path output = Files.createTempFile("first-row", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(3, TimeUnit.MINUTES);
            process.destroyForcibly();
            List<String> lines = Files.readAllLines(output);
            return lines.stream()
                    .filter(line -> line.startsWith(FirstRow.MARK))
                    .findFirst()
                    .map(Started::of)
                    .orElseThrow(() -> new IllegalStateException(
                            subject + " gave no row" + (ended ? ":\n" : " in time:\n") + String.join("\n", lines)));
        } finally {
            Files.delete(output);
        }
    }

    private static double mean(List<Started> starts) {
        return starts.stream().mapToDouble(Started::cpuMillis).average().orElse(Double.NaN);
    }

    private static double deviation(List<Started> starts) {
        double mean = mean(starts);
        double squares = starts.stream()
                .mapToDouble(each -> (each.cpuMillis() - mean) * (each.cpuMillis() - mean))
                .sum();
        return starts.size() < 2 ? 0 : Math.sqrt(squares / (starts.size() - 1));
    }

    private static String jars() throws IOException {
        StringBuilder text =
                new StringBuilder("\nWhat is added to the class path.\n\n| | jars | MB |\n|---|--:|--:|\n");
        text.append(jars(Subject.WEIR.title(), ofClassPath(OWN)));
        text.append(jars(Subject.HIKARICP.title(), ofClassPath(List.of("HikariCP", "slf4j-api"))));
        for (Subject subject : Subject.values()) {
            if (!subject.jars().isEmpty()) {
                text.append(jars(subject.title(), subject.jars()));
            }
        }
        return text.toString();
    }

    private static List<Path> ofClassPath(List<String> names) {
        return ClassPath.entries().stream()
                .filter(path -> names.stream()
                        .anyMatch(name -> String.valueOf(path.getFileName()).startsWith(name + "-")))
                .toList();
    }

    private static String jars(String title, List<Path> jars) throws IOException {
        long bytes = 0;
        for (Path jar : jars) {
            bytes += Files.size(jar);
        }
        return String.format(Locale.ROOT, "| %s | %d | %.2f |%n", title, jars.size(), bytes / 1e6);
    }
}
