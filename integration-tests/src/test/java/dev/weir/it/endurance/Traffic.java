package dev.weir.it.endurance;

import dev.weir.it.h2.H2Cluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers and readers of a fixed number of rows, who connect again whenever they are cut off. Each transaction adds to one account and counts itself in its
 * writer's tally, so that the sum of all accounts equals the sum of all tallies in every state that a reader may see. Thread-safe.
 */
final class Traffic implements AutoCloseable {
    private static final int ACCOUNTS = 1_000;
    private static final int EVENTS = 5_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final H2Cluster cluster;
    private final long transactions;
    private final AtomicLong begun = new AtomicLong();
    private final LongAdder committed = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder torn = new LongAdder();
    private final Map<String, Long> failures = new TreeMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> writing = new ArrayList<>();
    private volatile boolean stopped;

    private Traffic(H2Cluster cluster, long transactions) {
        this.cluster = cluster;
        this.transactions = transactions;
    }

    static void createTables(Connection connection, int writers) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE ACCOUNT(ID INT PRIMARY KEY, BALANCE BIGINT NOT NULL, CHANGED TIMESTAMP NOT NULL)");
            statement.execute("CREATE TABLE EVENT(WRITER INT, N INT, TEXT VARCHAR(80), PRIMARY KEY(WRITER, N))");
            statement.execute("CREATE TABLE TALLY(WRITER INT PRIMARY KEY, N BIGINT NOT NULL)");
            statement.executeUpdate(
                    "INSERT INTO ACCOUNT SELECT X - 1, 0, CURRENT_TIMESTAMP FROM SYSTEM_RANGE(1, " + ACCOUNTS + ")");
            statement.executeUpdate("INSERT INTO TALLY SELECT X - 1, 0 FROM SYSTEM_RANGE(1, " + writers + ")");
        }
    }

    /** Starts the threads; returns at once. */
    static Traffic start(H2Cluster cluster, int writers, int readers, long transactions) {
        Traffic traffic = new Traffic(cluster, transactions);
        for (int i = 0; i < writers; i++) {
            int writer = i;
            traffic.writing.add(
                    traffic.threads.submit(() -> traffic.again(connection -> traffic.write(connection, writer))));
        }
        for (int i = 0; i < readers; i++) {
            traffic.writing.add(traffic.threads.submit(() -> traffic.again(traffic::read)));
        }
        return traffic;
    }

    /** What is done on one connection until it is cut off or all is done. */
    @FunctionalInterface
    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void again(Work work) {
        while (!isOver()) {
            try (Connection connection = cluster.connect()) {
                work.on(connection);
            } catch (SQLException e) {
                count(e);
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    private boolean isOver() {
        return stopped || committed.sum() >= transactions;
    }

    private void write(Connection connection, int writer) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement account = connection.prepareStatement(
                        "UPDATE ACCOUNT SET BALANCE = BALANCE + 1, CHANGED = CURRENT_TIMESTAMP WHERE ID = ?");
                PreparedStatement tally = connection.prepareStatement("UPDATE TALLY SET N = N + 1 WHERE WRITER = ?");
                PreparedStatement event = connection.prepareStatement(
                        "MERGE INTO EVENT(WRITER, N, TEXT) KEY(WRITER, N) VALUES(?, ?, ?)")) {
            while (!isOver()) {
                long n = begun.incrementAndGet();
                account.setLong(1, n % ACCOUNTS);
                account.executeUpdate();
                tally.setInt(1, writer);
                tally.executeUpdate();
                if (n % 10 == 0) {
                    event.setInt(1, writer);
                    event.setLong(2, n / 10 % EVENTS);
                    event.setString(3, "transaction " + n);
                    event.executeUpdate();
                }
                if (n % 100 == 0) {
                    literal(connection, writer, n);
                }
                connection.commit();
                committed.increment();
            }
        }
    }

    /** A text that nobody has seen before, as applications without parameters send them. */
    private static void literal(Connection connection, int writer, long n) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM EVENT WHERE WRITER = " + writer + " AND N = " + n / 10 % EVENTS
                    + " AND TEXT <> 'transaction " + n + "'");
        }
    }

    private void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            while (!isOver()) {
                try (ResultSet row = statement.executeQuery(
                        "SELECT (SELECT SUM(BALANCE) FROM ACCOUNT) - (SELECT SUM(N) FROM TALLY)")) {
                    row.next();
                    reads.increment();
                    if (row.getLong(1) != 0) {
                        torn.increment();
                    }
                }
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    private void count(SQLException failure) {
        synchronized (failures) {
            failures.merge(String.valueOf(failure.getSQLState()), 1L, Long::sum);
        }
    }

    /** How many transactions there have been; fails if a thread has ended that had more to do. */
    long committed() {
        if (!isOver() && writing.stream().anyMatch(Future::isDone)) {
            close();
            await();
        }
        return committed.sum();
    }

    /** How many reads saw a transaction in part. */
    long torn() {
        return torn.sum();
    }

    /** Waits until all transactions are committed, or it has been closed. */
    void await() {
        for (Future<?> thread : writing) {
            try {
                thread.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
    }

    @Override
    public String toString() {
        synchronized (failures) {
            return committed + " commits, " + reads + " reads, cut off by SQLSTATE " + failures;
        }
    }
}
