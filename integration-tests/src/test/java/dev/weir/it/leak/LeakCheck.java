package dev.weir.it.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/**
 * Opens connections and closes them in every {@link State}, then looks for what they have left: connections that the small pools miss, transactions
 * on any node, rows, and in the end threads. {@code -Dweir.connections=N} sets how many there are. Confined to one test.
 */
final class LeakCheck {
    /** So small that a few connections which are not given back end the test. */
    static final int POOL = 4;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final State.Dialect dialect;
    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    LeakCheck(State.Dialect dialect) {
        this.dialect = dialect;
    }

    static void createTable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(20))");
            statement.execute("INSERT INTO ITEM VALUES (1, 'one'), (2, 'two')");
        }
    }

    /** Leaves connections in each state in turn. */
    void leaveInEveryState(DataSource source, int connections) throws SQLException {
        Map<State, Integer> left = new EnumMap<>(State.class);
        List<State> states = List.of(State.values());
        for (int i = 0; i < connections; i++) {
            State state = states.get(i % states.size());
            try (Connection connection = source.getConnection()) {
                state.reach(connection, dialect);
            } catch (SQLException e) {
                throw new SQLException("Connection " + i + ", to be left " + state + ": " + e.getMessage(), e);
            } finally {
                boolean interrupted = Thread.interrupted();
                if (state == State.INTERRUPTED) {
                    assertThat(interrupted).as("closing keeps the interrupt").isTrue();
                }
            }
            left.merge(state, 1, Integer::sum);
        }
        assertThat(left).hasSize(states.size());
    }

    /** Takes as many connections as the pools of the nodes have, all at once, and reads what is there. */
    void requireWholePools(DataSource source) throws SQLException {
        requireAll(source, false);
        requireAll(source, true);
    }

    private static void requireAll(DataSource source, boolean readOnly) throws SQLException {
        List<Connection> held = new ArrayList<>();
        try {
            for (int i = 0; i < POOL; i++) {
                Connection connection = source.getConnection();
                held.add(connection);
                connection.setReadOnly(readOnly);
                connection.setAutoCommit(false);
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM ITEM WHERE NAME = 'leaked'")) {
                    row.next();
                    assertThat(row.getInt(1)).isZero();
                }
            }
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
    }

    /**
     * Waits until no thread is left of those that began since this was made; clusters of other tests live on for a while after their last connection.
     *
     * @param own whether a thread's name, which begins with "weir-", is that of the closed cluster
     */
    void awaitNoThread(Predicate<String> own) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> !before.contains(thread))
                                .map(Thread::getName)
                                .filter(name -> name.startsWith("weir-") && own.test(name))
                                .collect(Collectors.toSet()))
                        .isEmpty());
    }
}
