package dev.weir.it.bench;

import dev.weir.WeirDataSource;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import dev.weir.it.process.Directories;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Measures how replicas of an embedded H2 primary follow it. Confined to one thread. */
final class ApplyReport {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int WRITERS = 8;

    /** As many entries as a replica applies in less than a second. */
    private static final String LAG_LIMIT = "20000";

    private static final int SEEDED_ROWS = 1_000_000;

    private final LogReport report;
    private final int seconds;

    ApplyReport(LogReport report, int seconds) {
        this.report = report;
        this.seconds = seconds;
    }

    void run() throws Exception {
        report.line("\n## Following\n");
        report.line("| Store | Measure | Value |");
        report.line("|---|---|---|");
        for (boolean file : new boolean[] {false, true}) {
            apply(file);
            lag(file);
            lagWithin(file);
            visibility(file);
        }
        visibilityOfSymmetric();
        seed();
    }

    private static String name(boolean file) {
        return file ? "file" : "memory";
    }

    private static H2EmbeddedCluster cluster(boolean file, int replicas) throws Exception {
        return file ? H2EmbeddedCluster.onFiles(replicas) : H2EmbeddedCluster.inMemory(replicas);
    }

    /** A backlog of single updates, applied by one replica, against the same updates in batches of 100 with a commit each. */
    private void apply(boolean file) throws Exception {
        int entries = seconds >= 20 ? 200_000 : 50_000;
        try (H2EmbeddedCluster cluster = cluster(file, 1);
                Connection writer = cluster.connect();
                Connection admin = DriverManager.getConnection(cluster.primary().url(), "sa", "")) {
            LogWork.fill(writer);
            H2Store replica = cluster.replicas().get(0);
            follow(replica, cluster.primary().lsn());
            produce(cluster, entries / 4); // warms the applier up
            follow(replica, cluster.primary().lsn());
            long start = cluster.primary().lsn();
            hold(admin, start);
            produce(cluster, entries);
            long held = replica.lsn() - start;
            long end = cluster.primary().lsn();
            long cpu = applierCpu();
            release(admin);
            while (replica.lsn() - start <= held) {
                LockSupport.parkNanos(1_000_000);
            }
            long from = System.nanoTime();
            follow(replica, end);
            double wall = (System.nanoTime() - from) / 1e9;
            double applied = (applierCpu() - cpu) / 1_000.0 / (end - start - held);
            double ceiling = straight(file, entries);
            report.line(
                    "| %s | apply of single updates, entries/s of wall time | %,.0f |",
                    name(file), (end - start - held) / wall);
            report.line(
                    "| %s | apply, CPU µs an entry; straight JDBC batches of 100; apply's speed over theirs | %.2f; %.2f; %.2f |",
                    name(file), applied, ceiling, ceiling / applied);
        }
    }

    private static void hold(Connection admin, long lsn) throws SQLException {
        try (PreparedStatement order = admin.prepareStatement(
                "MERGE INTO WEIR.REPLICA_ORDER(NAME, HOLD_LSN, HOLD_UNTIL) VALUES ('replica-1', ?, DATEADD(HOUR, 1, CURRENT_TIMESTAMP))")) {
            order.setLong(1, lsn);
            order.executeUpdate();
        }
        // An order is heeded at the replica's next report.
        LockSupport.parkNanos(3_000_000_000L);
    }

    private static void release(Connection admin) throws SQLException {
        try (Statement order = admin.createStatement()) {
            order.executeUpdate("DELETE FROM WEIR.REPLICA_ORDER");
        }
    }

    private static void produce(H2EmbeddedCluster cluster, int updates) throws Exception {
        try (Connection connection = cluster.connect()) {
            LogWork.SINGLE.run(connection, updates, 0);
        }
    }

    private static void follow(H2Store replica, long lsn) throws SQLException {
        while (replica.lsn() < lsn) {
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** CPU time of the threads that replicas of this JVM run on, nanoseconds. */
    private static long applierCpu() {
        long sum = 0;
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("weir-replica")) {
                sum += THREADS.getThreadCpuTime(thread.getThreadId());
            }
        }
        return sum;
    }

    private static double straight(boolean file, int updates) throws Exception {
        try (LogSubject plain = LogSubject.plain(file);
                Connection connection = plain.connect()) {
            LogWork.fill(connection);
            LogWork.BATCH.run(connection, updates / 400, 0);
            long cpu = THREADS.getCurrentThreadCpuTime();
            LogWork.BATCH.run(connection, updates / 100, 0);
            return (THREADS.getCurrentThreadCpuTime() - cpu) / 1_000.0 / updates;
        }
    }

    /** Eight writers at full speed, the lag of the replica meanwhile. */
    private void lag(boolean file) throws Exception {
        lag(file, "off");
    }

    /** As {@link #lag} where each transaction waits while the replica lacks too much. */
    private void lagWithin(boolean file) throws Exception {
        lag(file, LAG_LIMIT);
    }

    private void lag(boolean file, String limit) throws Exception {
        String settings = ";weir.log.maxLag=" + limit;
        try (H2EmbeddedCluster cluster =
                        file ? H2EmbeddedCluster.onFiles(1, settings) : H2EmbeddedCluster.inMemory(1, settings);
                Connection connection = cluster.connect()) {
            LogWork.fill(connection);
            long deadline = System.nanoTime() + seconds * 1_000_000_000L;
            ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int first = i * (LogWork.ROWS / WRITERS);
                running.add(threads.submit(() -> {
                    try (Connection own = cluster.connect()) {
                        for (int from = first; System.nanoTime() < deadline; from += 100) {
                            LogWork.SINGLE.run(own, 100, from);
                        }
                    }
                    return null;
                }));
            }
            H2Store replica = cluster.replicas().get(0);
            long begun = cluster.primary().lsn();
            List<Double> times = new ArrayList<>();
            List<Long> lags = new ArrayList<>();
            long from = System.nanoTime();
            while (System.nanoTime() < deadline) {
                LockSupport.parkNanos(Math.max(1, seconds) * 1_000_000_000L / 40);
                times.add((System.nanoTime() - from) / 1e9);
                lags.add(cluster.primary().lsn() - replica.lsn());
            }
            for (Future<?> one : running) {
                one.get();
            }
            threads.shutdown();
            long written = cluster.primary().lsn() - begun;
            long ended = System.nanoTime();
            follow(replica, cluster.primary().lsn());
            report.line(
                    "| %s | %d writers for %d s, weir.log.maxLag %s: commits/s; lag in entries, median of each quarter; its slope in entries/s; caught up after | %,d; %s; %s; %.1f s |",
                    name(file),
                    WRITERS,
                    seconds,
                    limit,
                    written / Math.max(1, seconds),
                    quarters(lags),
                    slope(times, lags),
                    (System.nanoTime() - ended) / 1e9);
        }
    }

    /** The line of least squares through the lags, with the standard error of its slope; the first tenth, in which compilers are at work, left out. */
    private static String slope(List<Double> times, List<Long> lags) {
        int first = lags.size() / 10;
        double[] x = times.stream().skip(first).mapToDouble(Double::doubleValue).toArray();
        double[] y = lags.stream().skip(first).mapToDouble(Long::doubleValue).toArray();
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            products += (x[i] - meanX) * (y[i] - meanY);
            squares += (x[i] - meanX) * (x[i] - meanX);
        }
        double slope = products / squares;
        double rest = 0;
        for (int i = 0; i < x.length; i++) {
            double off = y[i] - meanY - slope * (x[i] - meanX);
            rest += off * off;
        }
        return String.format(Locale.ROOT, "%+,.1f ± %,.1f", slope, Math.sqrt(rest / (x.length - 2) / squares));
    }

    private static String quarters(List<Long> lags) {
        List<String> medians = new ArrayList<>();
        for (int quarter = 0; quarter < 4; quarter++) {
            double[] part = lags.subList(lags.size() * quarter / 4, lags.size() * (quarter + 1) / 4).stream()
                    .mapToDouble(Long::doubleValue)
                    .toArray();
            medians.add(String.format("%,.0f", LogReport.median(part)));
        }
        return String.join(" / ", medians);
    }

    /** From the return of a commit until another connection finds it on the replica. */
    private void visibility(boolean file) throws Exception {
        try (H2EmbeddedCluster cluster = cluster(file, 1);
                Connection writer = cluster.connect()) {
            LogWork.fill(writer);
            H2Store store = cluster.replicas().get(0);
            follow(store, cluster.primary().lsn());
            try (Connection reader = store.open()) {
                visibility(name(file), writer, reader, seconds >= 20 ? 2_000 : 500);
            }
        }
    }

    private void visibilityOfSymmetric() throws Exception {
        if (SymmetricPair.isThere()) {
            try (SymmetricPair pair = SymmetricPair.start();
                    Connection writer = pair.source();
                    Connection reader = pair.target()) {
                String name = "SymmetricDS, file, jobs each " + SymmetricPair.PERIOD.toMillis() + " ms";
                visibility(name, writer, reader, 100);
            }
        }
    }

    private void visibility(String name, Connection writer, Connection reader, int commits) throws SQLException {
        double[] millis = new double[commits];
        try (PreparedStatement update = writer.prepareStatement("UPDATE T SET V = ? WHERE ID = 1");
                PreparedStatement read = reader.prepareStatement("SELECT V FROM T WHERE ID = 1")) {
            for (int i = 0; i < commits; i++) {
                update.setInt(1, i + 1);
                update.executeUpdate();
                long committed = System.nanoTime();
                while (value(read) <= i) {
                    LockSupport.parkNanos(50_000);
                }
                millis[i] = (System.nanoTime() - committed) / 1e6;
                LockSupport.parkNanos(5_000_000);
            }
        }
        Arrays.sort(millis);
        report.line(
                "| %s | commit to visible, at most 200 commits/s: median / 99th percentile / worst | %.1f / %.1f / %.1f ms |",
                name, millis[commits / 2], millis[commits * 99 / 100], millis[commits - 1]);
    }

    private static int value(PreparedStatement read) throws SQLException {
        try (ResultSet row = read.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    /** A replica made of a store of a million rows, against H2's BACKUP of it. */
    private void seed() throws Exception {
        int rows = seconds >= 20 ? SEEDED_ROWS : SEEDED_ROWS / 10;
        Path directory = Files.createTempDirectory("weir-seed");
        String url = "jdbc:weir:h2:" + directory.resolve("shop") + ";weir.replicas=";
        double backup;
        try (WeirDataSource store = store(url + 0);
                Connection connection = store.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE BIG(ID INT PRIMARY KEY, V INT, NAME VARCHAR(100), U UUID)");
            statement.execute("CREATE INDEX BIG_V ON BIG(V)");
            for (int from = 1; from <= rows; from += 20_000) {
                statement.execute(
                        "INSERT INTO BIG SELECT X, MOD(X * 7919, 100000), 'name ' || X, RANDOM_UUID() FROM SYSTEM_RANGE("
                                + from + ", " + Math.min(rows, from + 19_999) + ")");
            }
            long begun = System.nanoTime();
            statement.execute("BACKUP TO '" + directory.resolve(UUID.randomUUID() + ".zip") + "'");
            backup = (System.nanoTime() - begun) / 1e9;
        }
        double alone = open(url + 0);
        double seeding = open(url + 1);
        report.line(
                "| file | seeding %,d rows: BACKUP alone; opening the primary; opening it with a replica to be made | %.1f; %.1f; %.1f s |",
                rows, backup, alone, seeding);
        Directories.remove(directory);
    }

    private static double open(String url) throws SQLException {
        try (WeirDataSource store = store(url)) {
            long begun = System.nanoTime();
            store.getConnection().close();
            return (System.nanoTime() - begun) / 1e9;
        }
    }

    /** A cluster that ends when it is closed, so that the next can have other replicas. */
    private static WeirDataSource store(String url) {
        WeirDataSource store = new WeirDataSource();
        store.setUrl(url);
        store.setUser("sa");
        store.setPassword("");
        return store;
    }
}
