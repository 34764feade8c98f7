package dev.weir.it.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.h2.engine.Constants;

/**
 * Measures what the log of an H2 primary costs its writers, how fast replicas follow and how fast they are seeded, and writes the tables to a file. Everything runs in this JVM, so that its CPU time counts clients and servers
 * alike; plain H2 and Weir take turns. Confined to one thread.
 *
 * <p>Arguments: the file, and how many seconds of load to measure the lag under (300).
 */
public final class LogReport {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** Changes before any are counted. */
    private static final int WARM_UP = 20_000;

    private final StringBuilder text = new StringBuilder();
    private final int seconds;
    private final int rounds;

    private LogReport(int seconds) {
        this.seconds = seconds;
        this.rounds = seconds >= 60 ? 7 : seconds >= 20 ? 5 : 3;
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        LogReport report = new LogReport(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 300);
        report.run();
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        Files.writeString(file, report.text);
        System.out.print(report.text);
    }

    void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
        System.err.printf(Locale.ROOT, format + "%n", values);
    }

    private void run() throws Exception {
        line(
                "# The log of an H2 primary\n\nH2 %s, Java %s, %d processors, load average %.1f at the start. Ratios are of CPU time, of the writers' threads where they are embedded, of the whole process where a server is in between; medians of %d rounds, plain and other in turn, ± their standard deviation. Nothing is drawn at random.\n",
                Constants.FULL_VERSION,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                SYSTEM.getSystemLoadAverage(),
                rounds);
        line("## Writing\n");
        line(
                "| Store | Writers | Unit | Plain µs | Weir µs | CPU ratio | Throughput ratio | More round trips | Log bytes a statement |");
        line("|---|---|---|---|---|---|---|---|---|");
        for (int writers : new int[] {1, 8}) {
            int most = 16_000;
            int few = seconds >= 60 ? most : 4_000;
            compare("memory", writers, most, LogSubject.plain(false), LogSubject.weir(false, 0));
            compare("file", writers, most, LogSubject.plain(true), LogSubject.weir(true, 0));
            compare("TCP, file", writers, few, LogSubject.plainTcp(), LogSubject.weirTcp());
            compare("H2's cluster, TCP, file", writers, few, LogSubject.plainTcp(), LogSubject.h2Cluster());
            if (SymmetricPair.isThere()) {
                compare("SymmetricDS, file", writers, few / 4, LogSubject.plain(true), LogSubject.symmetric());
            }
        }
        new ApplyReport(this, seconds).run();
    }

    /** What some work took. */
    private record Cost(double cpuMicros, double wallMicros, double trips) {}

    private void compare(String store, int writers, int changes, LogSubject plain, LogSubject other)
            throws SQLException, InterruptedException, ExecutionException, Exception {
        try (plain;
                other) {
            for (LogSubject subject : List.of(plain, other)) {
                try (Connection connection = subject.connect()) {
                    LogWork.fill(connection);
                }
            }
            for (LogWork work : LogWork.values()) {
                if (work == LogWork.LARGE && (writers > 1 || changes < WARM_UP / 10)) {
                    continue; // writers would wait for one another, and a trigger would run for minutes
                }
                row(store, writers, changes, work, plain, other);
            }
        }
    }

    private void row(String store, int writers, int changes, LogWork work, LogSubject plain, LogSubject other)
            throws Exception {
        int warmUps = work == LogWork.LARGE ? 2 : Math.max(2, WARM_UP / changes);
        int units = work == LogWork.LARGE ? 1 : Math.max(4, changes / work.changes() / writers);
        List<Cost> before = new ArrayList<>();
        List<Cost> after = new ArrayList<>();
        long bytes = logBytes(other);
        for (int round = -warmUps; round < rounds; round++) {
            Cost one = cost(plain, work, units, writers, round + warmUps);
            Cost two = cost(other, work, units, writers, round + warmUps);
            if (round >= 0) {
                before.add(one);
                after.add(two);
            }
        }
        double logged = (logBytes(other) - bytes) / ((double) (rounds + warmUps) * units * writers * work.statements());
        line(
                "| %s | %d | %s | %.1f | %.1f | %.2f ± %.2f | %.2f | %s | %s |",
                store,
                writers,
                work.label(),
                median(before.stream().mapToDouble(Cost::cpuMicros).toArray()),
                median(after.stream().mapToDouble(Cost::cpuMicros).toArray()),
                median(ratios(after, before)),
                deviation(ratios(after, before)),
                1 / median(wallRatios(after, before)),
                plain.counts() == other.counts()
                        ? String.format(Locale.ROOT, "%.2f", median(trips(after)) - median(trips(before)))
                        : "not counted",
                logged == 0 ? "none" : String.format(Locale.ROOT, "%.0f", logged));
    }

    private static double[] trips(List<Cost> costs) {
        return costs.stream().mapToDouble(Cost::trips).toArray();
    }

    private static double[] ratios(List<Cost> above, List<Cost> below) {
        double[] ratios = new double[above.size()];
        Arrays.setAll(ratios, i -> above.get(i).cpuMicros() / below.get(i).cpuMicros());
        return ratios;
    }

    private static double[] wallRatios(List<Cost> above, List<Cost> below) {
        double[] ratios = new double[above.size()];
        Arrays.setAll(ratios, i -> above.get(i).wallMicros() / below.get(i).wallMicros());
        return ratios;
    }

    private static Cost cost(LogSubject subject, LogWork work, int units, int writers, int round) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < writers; i++) {
                connections.add(subject.connect());
            }
            long trips = subject.trips();
            long cpu = SYSTEM.getProcessCpuTime();
            long wall = System.nanoTime();
            List<Future<Long>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                Connection own = connections.get(i);
                int first = round * units * work.changes() + i * (LogWork.ROWS / writers);
                running.add(threads.submit(() -> {
                    long before = THREADS.getCurrentThreadCpuTime();
                    work.run(own, units, first);
                    return THREADS.getCurrentThreadCpuTime() - before;
                }));
            }
            long writersCpu = 0;
            for (Future<Long> one : running) {
                writersCpu += one.get();
            }
            double all = (double) units * writers;
            return new Cost(
                    (subject.isRemote() ? SYSTEM.getProcessCpuTime() - cpu : writersCpu) / 1_000.0 / all,
                    (System.nanoTime() - wall) / 1_000.0 / all,
                    (subject.trips() - trips) / all);
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
            threads.shutdown();
        }
    }

    /** The bytes of all bodies in the log; 0 if there is none. */
    private static long logBytes(LogSubject subject) throws SQLException {
        try (Connection connection = subject.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet known = statement.executeQuery(
                    "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'WEIR' AND TABLE_NAME = 'LOG'")) {
                known.next();
                if (known.getInt(1) == 0) {
                    return 0;
                }
            }
            try (ResultSet sum = statement.executeQuery(
                    "/* weir: primary */ SELECT COALESCE(SUM(OCTET_LENGTH(BODY)), 0) + (SELECT COALESCE(SUM(OCTET_LENGTH(BODY)), 0) FROM WEIR.LOG_CHUNK) FROM WEIR.LOG")) {
                sum.next();
                return sum.getLong(1);
            }
        }
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return Math.sqrt(squares / (values.length - 1));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
