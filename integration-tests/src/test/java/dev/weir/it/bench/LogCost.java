package dev.weir.it.bench;

import dev.weir.it.h2.H2EmbeddedCluster;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

/**
 * What the log of an H2 primary costs its writers: CPU time of the writing thread on plain H2 and under Weir, embedded, with no replica, in turns within one run. Confined to one thread.
 */
public final class LogCost {
    private static final int ROUNDS = 9;
    private static final int ROWS = 10_000;

    private LogCost() {}

    /** Some writes. */
    private interface Work {
        /** Executes so many units. */
        void run(Connection connection, int units) throws SQLException;
    }

    public static void main(String[] arguments) throws Exception {
        int units = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        System.out.printf("%-34s %12s %12s %8s%n", "unit", "plain us", "Weir us", "ratio");
        for (String store : new String[] {"memory", "file"}) {
            measure(store + ", autocommit update", store, units, LogCost::single);
            measure(store + ", transaction of 5 updates", store, units / 5, LogCost::five);
            measure(store + ", batch of 100 updates", store, units / 50, LogCost::batch);
        }
    }

    private static void measure(String name, String store, int units, Work work) throws Exception {
        try (H2EmbeddedCluster cluster =
                        store.equals("file") ? H2EmbeddedCluster.onFiles(0) : H2EmbeddedCluster.inMemory(0);
                Connection weir = cluster.connect();
                Connection plain = DriverManager.getConnection(
                        store.equals("file")
                                ? "jdbc:h2:"
                                        + Files.createTempDirectory("weir-plain")
                                                .resolve("shop")
                                : "jdbc:h2:mem:" + UUID.randomUUID(),
                        "sa",
                        "")) {
            fill(weir);
            fill(plain);
            double[] ratios = new double[ROUNDS];
            double[] plainMicros = new double[ROUNDS];
            double[] weirMicros = new double[ROUNDS];
            for (int round = -3; round < ROUNDS; round++) {
                double one = cpuMicros(plain, units, work);
                double other = cpuMicros(weir, units, work);
                if (round >= 0) {
                    plainMicros[round] = one;
                    weirMicros[round] = other;
                    ratios[round] = other / one;
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %12.2f %12.2f %8.2f%n",
                    name,
                    median(plainMicros),
                    median(weirMicros),
                    median(ratios));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double cpuMicros(Connection connection, int units, Work work) throws SQLException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        work.run(connection, units);
        return (threads.getCurrentThreadCpuTime() - before) / 1_000.0 / units;
    }

    private static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INT PRIMARY KEY, V INT, NAME VARCHAR(100))");
            statement.execute("INSERT INTO T SELECT X, 0, 'name ' || X FROM SYSTEM_RANGE(1, " + ROWS + ")");
        }
    }

    private static PreparedStatement prepare(Connection connection) throws SQLException {
        return connection.prepareStatement("UPDATE T SET V = ? WHERE ID = ?");
    }

    private static void bind(PreparedStatement update, int i) throws SQLException {
        update.setInt(1, i);
        update.setInt(2, 1 + (i * 7919 & Integer.MAX_VALUE) % ROWS);
    }

    private static void single(Connection connection, int units) throws SQLException {
        try (PreparedStatement update = prepare(connection)) {
            for (int i = 0; i < units; i++) {
                bind(update, i);
                update.executeUpdate();
            }
        }
    }

    private static void five(Connection connection, int units) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement update = prepare(connection)) {
            for (int i = 0; i < units; i++) {
                for (int j = 0; j < 5; j++) {
                    bind(update, i * 5 + j);
                    update.executeUpdate();
                }
                connection.commit();
            }
        }
        connection.setAutoCommit(true);
    }

    private static void batch(Connection connection, int units) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement update = prepare(connection)) {
            for (int i = 0; i < units; i++) {
                for (int j = 0; j < 100; j++) {
                    bind(update, i * 100 + j);
                    update.addBatch();
                }
                update.executeBatch();
                connection.commit();
            }
        }
        connection.setAutoCommit(true);
    }
}
