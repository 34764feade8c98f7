package dev.weir.it.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One application thread's everyday JDBC calls through each {@link Subject} on each {@link Target}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the set-up
public class JdbcBenchmark {
    private static final String SELECT = "SELECT NAME, AMOUNT FROM ITEM WHERE ID = ?";
    private static final String SCAN = "SELECT ID, NAME, AMOUNT FROM ITEM WHERE ID < " + Target.SCANNED;
    private static final String UPDATE = "UPDATE ITEM SET AMOUNT = AMOUNT + 1 WHERE ID = ?";
    private static final String INSERT = "INSERT INTO ENTRY(ID, NAME) VALUES (?, ?)";

    private Source source;
    private Connection connection;
    private PreparedStatement select;
    private PreparedStatement scan;
    private PreparedStatement update;
    private PreparedStatement insert;
    private AtomicLong entries;
    private int key;

    /** The target that all threads use, and the source of their connections. */
    @State(Scope.Benchmark)
    public static class Shared {
        @Param
        public Target target;

        @Param
        public Subject subject;

        private final AtomicLong entries = new AtomicLong();
        private Target.Address address;
        private Source source;

        @Setup(Level.Trial)
        public void open() throws Exception {
            address = target.start();
            if (subject == Subject.WEIR) {
                source = subject.open(address);
                target.fill(source);
            } else {
                target.fill(Subject.RAW.open(address));
                source = subject.open(address);
            }
        }

        @TearDown(Level.Trial)
        public void close() {
            source.end().run();
            address.end().run();
        }
    }

    @Setup(Level.Trial)
    public void open(Shared shared) throws SQLException {
        source = shared.source;
        entries = shared.entries;
        connection = source.connection();
        select = connection.prepareStatement(SELECT);
        scan = connection.prepareStatement(SCAN);
        update = connection.prepareStatement(UPDATE);
        insert = connection.prepareStatement(INSERT);
    }

    @TearDown(Level.Trial)
    public void close() throws SQLException {
        connection.close();
    }

    private int nextKey() {
        key = key + 1 < Target.ROWS ? key + 1 : 0;
        return key;
    }

    @Benchmark
    public int preparedRead() throws SQLException {
        return read(select);
    }

    @Benchmark
    public int prepareReadClose() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            return read(statement);
        }
    }

    private int read(PreparedStatement statement) throws SQLException {
        statement.setInt(1, nextKey());
        try (ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getInt(2) : -1;
        }
    }

    @Benchmark
    public int knownTextRead() throws SQLException {
        return read("SELECT NAME, AMOUNT FROM ITEM WHERE ID = 7");
    }

    @Benchmark
    public int literalRead() throws SQLException {
        return read("SELECT NAME, AMOUNT FROM ITEM WHERE ID = " + nextNumber());
    }

    @Benchmark
    public int newStatementRead() throws SQLException {
        return read("SELECT NAME, AMOUNT AS A" + nextNumber() + " FROM ITEM WHERE ID = 7");
    }

    private int read(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(2) : -1;
        }
    }

    /** A number that does not come again before any cache of texts has forgotten it. */
    private int nextNumber() {
        key++;
        return key;
    }

    @Benchmark
    public long scan() throws SQLException {
        long sum = 0;
        try (ResultSet rows = scan.executeQuery()) {
            while (rows.next()) {
                sum += rows.getInt(1) + rows.getInt(3);
            }
        }
        return sum;
    }

    @Benchmark
    public int preparedUpdate() throws SQLException {
        update.setInt(1, nextKey());
        return update.executeUpdate();
    }

    @Benchmark
    public int batchInsert() throws SQLException {
        for (int i = 0; i < Target.BATCH; i++) {
            insert.setLong(1, entries.incrementAndGet());
            insert.setString(2, "entry");
            insert.addBatch();
        }
        return insert.executeBatch().length;
    }

    @Benchmark
    public int openReadClose() throws SQLException {
        try (Connection opened = source.connection();
                PreparedStatement statement = opened.prepareStatement(SELECT)) {
            return read(statement);
        }
    }

    @Benchmark
    public boolean openClose() throws SQLException {
        try (Connection opened = source.connection()) {
            return opened.isClosed();
        }
    }
}
