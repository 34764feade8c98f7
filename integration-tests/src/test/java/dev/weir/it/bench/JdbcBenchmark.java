package dev.weir.it.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
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
    private static final String UPDATE = "UPDATE ITEM SET AMOUNT = AMOUNT + 1 WHERE ID = ?";

    @Param
    public Target target;

    @Param
    public Subject subject;

    private Target.Address address;
    private Source source;
    private Connection connection;
    private PreparedStatement select;
    private PreparedStatement update;
    private int key;

    @Setup(Level.Trial)
    public void open() throws Exception {
        address = target.start();
        source = subject.open(address);
        target.fill(source);
        connection = source.connection();
        select = connection.prepareStatement(SELECT);
        update = connection.prepareStatement(UPDATE);
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        connection.close();
        source.end().run();
        address.end().run();
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
    public int literalRead() throws SQLException {
        String sql = "SELECT NAME, AMOUNT FROM ITEM WHERE ID = " + nextLiteral();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(2) : -1;
        }
    }

    /** A number that does not come again before any cache of texts has forgotten it. */
    private int nextLiteral() {
        key++;
        return key;
    }

    @Benchmark
    public int preparedUpdate() throws SQLException {
        update.setInt(1, nextKey());
        return update.executeUpdate();
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
