package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.h2.command.Command;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the verdict "plain read" against H2 itself: by what H2 says of the statement, and by what it leaves behind. */
class H2OracleTest {
    /** {@code -Dweir.statements=100000} runs so many, {@code -Dweir.seed=N} repeats a run. */
    private static final int STATEMENTS = Integer.getInteger("weir.statements", 5_000);

    private static final AtomicInteger TOUCHED = new AtomicInteger();

    private Connection connection;
    private SessionLocal session;

    /** The side effect that H2 cannot see. */
    public static int touch() {
        return TOUCHED.incrementAndGet();
    }

    @BeforeEach
    void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:h2:mem:");
        session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR)");
            statement.execute("CREATE TABLE u (id INT PRIMARY KEY, a INT, b VARCHAR)");
            statement.execute("INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'y'), (7, 7, 'z')");
            statement.execute("INSERT INTO u SELECT * FROM t");
            statement.execute("CREATE SEQUENCE s");
            statement.execute("CREATE ALIAS touch FOR 'dev.weir.sql.H2OracleTest.touch'");
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void shouldCallNothingAPlainReadThatH2WouldChangeAnythingFor() throws SQLException {
        runAll(new Classifier(SqlDialect.H2, Set.of()));
    }

    /** A function that the user wrongly vouches for is the fault that this test must be able to see. */
    @Test
    void shouldSeeAnEffectWhenThereIsOne() {
        Classifier deceived = new Classifier(SqlDialect.H2, Set.of("TOUCH"));

        assertThatThrownBy(() -> runAll(deceived)).isInstanceOf(AssertionError.class);
    }

    private void runAll(Classifier classifier) throws SQLException {
        long seed = Long.getLong("weir.seed", new Random().nextLong());
        NastyStatements statements = new NastyStatements(new Random(seed));
        int reads = 0;
        int others = 0;
        connection.setAutoCommit(false);
        for (int i = 0; i < STATEMENTS; i++) {
            String sql = statements.next();
            if (classifier.classify(sql).kind() == Kind.READ) {
                reads += leavesNothing(sql, seed) ? 1 : 0;
                connection.rollback();
            } else {
                others++;
            }
        }

        System.out.printf(
                "Generated on H2: seed %d, %d statements, %d not plain reads, %d plain reads that are valid%n",
                seed, STATEMENTS, others, reads);

        assertThat(reads).as("plain reads that H2 ran, seed %d", seed).isGreaterThan(STATEMENTS / 10);
        assertThat(others).as("others, seed %d", seed).isGreaterThan(STATEMENTS / 10);
    }

    /** Runs a plain read and looks for traces; false if H2 does not take the statement at all. */
    private boolean leavesNothing(String sql, long seed) throws SQLException {
        String before = state();
        try {
            if (!sql.contains(";")) {
                Command command = session.prepareLocal(connection.nativeSQL(sql));
                assertThat(command.isReadOnly())
                        .as("H2's word, seed %d: %s", seed, sql)
                        .isTrue();
            }
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
                    statement.setNull(i, Types.NULL);
                }
                statement.execute();
            }
            assertThat(session.hasPendingTransaction())
                    .as("rows written or locked, seed %d: %s", seed, sql)
                    .isFalse();
        } catch (Exception refused) {
            assertThat(state()).as("after a failure, seed %d: %s", seed, sql).isEqualTo(before);
            return false;
        }
        assertThat(state()).as("seed %d: %s", seed, sql).isEqualTo(before);
        return true;
    }

    /** The columns come in several types, one after the other, so that most statements are valid once. */
    @Test
    void shouldLeaveNothingByWhatTheConformanceFileCallsAPlainRead() throws SQLException, IOException {
        Set<String> never = new TreeSet<>();
        Set<String> ran = new TreeSet<>();
        for (String type : List.of("INT", "VARCHAR", "INT ARRAY", "TIMESTAMP", "BOOLEAN", "GEOMETRY")) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("DROP ALL OBJECTS");
                statement.execute("CREATE SEQUENCE s");
                statement.execute("CREATE SCHEMA a");
                for (String table : List.of(
                        "t",
                        "u",
                        "v",
                        "w",
                        "a",
                        "b",
                        "c",
                        "x",
                        "orders",
                        "items",
                        "forest",
                        "item",
                        "a.t",
                        "\"my t\"")) {
                    String columns = Stream.of(
                                    "a", "b", "c", "d", "e", "g", "x", "name", "total", "update_time", "key_")
                            .map(column -> column + " " + type)
                            .collect(Collectors.joining(", "));
                    statement.execute("CREATE TABLE " + table + " (id INT, i INT, order_id INT, " + columns
                            + ", \"for\" INT, \"update\" INT, update INT, delete INT, insert INT, merge INT,"
                            + " \"a; DELETE FROM t\" INT)");
                    statement.execute("INSERT INTO " + table + " (id, i) VALUES (1, 1), (2, 2), (7, 7)");
                }
            }
            connection.setAutoCommit(false);
            for (ConformanceTest.Row row : ConformanceTest.read()) {
                if (row.dialect() == SqlDialect.H2 && row.kind() == Kind.READ) {
                    (leavesNothing(row.statement(), 0) ? ran : never).add(row.statement());
                    connection.rollback();
                }
            }
            connection.setAutoCommit(true);
        }
        never.removeAll(ran);
        System.out.printf("Conformance on H2: %d plain reads ran, and H2 takes none of these:%n", ran.size());
        never.forEach(sql -> System.out.println("  " + sql.replace('\n', ' ')));

        assertThat(never).as("plain reads that H2 does not take").hasSizeLessThan(ran.size() / 3);
    }

    private String state() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet state = statement.executeQuery("SELECT (SELECT ARRAY_AGG(ROW(id, a) ORDER BY id) FROM t),"
                        + " (SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_NAME = 'S'),"
                        + " (SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES),"
                        + " (SELECT COUNT(*) FROM INFORMATION_SCHEMA.LOCKS WHERE LOCK_TYPE <> 'SHARED_READ')")) {
            state.next();
            return state.getString(1) + "/" + state.getString(2) + "/" + state.getString(3) + "/" + state.getString(4)
                    + "/" + TOUCHED.get() + "/" + List.of(session.getVariableNames());
        }
    }
}
