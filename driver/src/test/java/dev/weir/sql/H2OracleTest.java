package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.command.Command;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the verdict "plain read" against H2 itself: by what H2 says of the statement, and by what it leaves behind. */
class H2OracleTest {
    private static final int STATEMENTS = 2_500;
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
        long seed = new Random().nextLong();
        NastyStatements statements = new NastyStatements(new Random(seed));
        int reads = 0;
        int others = 0;
        for (int i = 0; i < STATEMENTS; i++) {
            String sql = statements.next();
            if (classifier.classify(sql).kind() == Kind.READ) {
                reads += leavesNothing(sql, seed) ? 1 : 0;
            } else {
                others++;
            }
        }

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
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        } catch (Exception refused) {
            assertThat(state()).as("after a failure, seed %d: %s", seed, sql).isEqualTo(before);
            return false;
        }
        assertThat(state()).as("seed %d: %s", seed, sql).isEqualTo(before);
        return true;
    }

    private String state() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet state = statement.executeQuery(
                        "SELECT (SELECT COUNT(*) || ':' || SUM(a) || ':' || SUM(id) FROM t)"
                                + " || (SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_NAME = 'S')")) {
            state.next();
            return state.getString(1) + "/" + TOUCHED.get();
        }
    }
}
