package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.WeirDataSource;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/**
 * Connections closed in every state leave nothing behind: no session in a transaction on any server, none at all after the data source is
 * closed, and no thread. {@code -Dweir.connections=10000} opens that many.
 */
@ExtendWith(PostgresExtension.class)
final class PostgresLeakTest {
    private static final String APPLICATION = "leaking";
    private static final int CONNECTIONS = Integer.getInteger("weir.connections", 220);

    /** A state in which an application leaves a connection. */
    private enum State {
        UNUSED,
        OPEN_RESULT {
            @Override
            void reach(Connection connection) throws SQLException {
                read(connection);
            }
        },
        STREAMING_ON_STANDBY {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                read(connection);
            }
        },
        OPEN_TRANSACTION {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                write(connection);
            }
        },
        BEGUN_BY_SQL {
            @Override
            void reach(Connection connection) throws SQLException {
                execute(connection, "BEGIN");
                write(connection);
            }
        },
        BEGUN_BY_TEXT {
            @Override
            void reach(Connection connection) throws SQLException {
                execute(connection, "BEGIN; UPDATE item SET name = 'leaked'");
            }
        },
        PINNED {
            @Override
            void reach(Connection connection) throws SQLException {
                execute(connection, "CREATE TEMP TABLE scratch (id int)");
                execute(connection, "SELECT pg_advisory_lock_shared(7)");
            }
        },
        UNWRAPPED {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                connection.unwrap(PGConnection.class);
                write(connection);
            }
        },
        FAILED {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                write(connection);
                assertThatThrownBy(() -> execute(connection, "SELECT 1 / 0")).isInstanceOf(SQLException.class);
            }
        },
        ABORTED {
            @Override
            void reach(Connection connection) throws SQLException {
                OPEN_TRANSACTION.reach(connection);
                connection.abort(Runnable::run);
            }
        },
        INTERRUPTED {
            @Override
            void reach(Connection connection) throws SQLException {
                OPEN_TRANSACTION.reach(connection);
                Thread.currentThread().interrupt();
            }
        };

        void reach(Connection connection) throws SQLException {}

        static void execute(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        static void write(Connection connection) throws SQLException {
            execute(connection, "UPDATE item SET name = 'leaked'");
        }

        static void read(Connection connection) throws SQLException {
            Statement statement = connection.createStatement();
            statement.setFetchSize(1);
            ResultSet rows = statement.executeQuery("SELECT id FROM item");
            rows.next();
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenClosedInAnyState(PostgresCluster cluster) throws SQLException {
        try (Connection owner = cluster.primary().connect()) {
            State.execute(owner, "CREATE TABLE item (id int, name text)");
            State.execute(owner, "INSERT INTO item VALUES (1, 'one'), (2, 'two')");
        }
        cluster.awaitCaughtUp();
        // Clusters of other tests live on for a while after their last connection.
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (WeirDataSource source = new WeirDataSource(
                cluster.weirUrl() + "&weir.poolSize=4&weir.poolTimeout=10s&ApplicationName=" + APPLICATION)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                State state = State.values()[i % State.values().length];
                try (Connection connection = source.getConnection()) {
                    state.reach(connection);
                }
                assertThat(Thread.interrupted()).isEqualTo(state == State.INTERRUPTED);
            }
            for (PostgresNode node : cluster.nodes()) {
                Awaitility.await(node.name())
                        .until(() -> sessions(node, "state LIKE 'idle in transaction%' OR state = 'active'") == 0);
            }
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*) FROM item WHERE name = 'leaked'")) {
                row.next();
                assertThat(row.getInt(1)).isZero();
            }
        }
        for (PostgresNode node : cluster.nodes()) {
            Awaitility.await(node.name()).atMost(Duration.ofSeconds(20)).until(() -> sessions(node, "true") == 0);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> !others.contains(thread)
                                && thread.getName().startsWith("weir-")
                                && thread.getName()
                                        .contains(Integer.toString(
                                                cluster.primary().port()))));
    }

    private static int sessions(PostgresNode node, String condition) throws SQLException {
        return Integer.parseInt(node.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                + APPLICATION + "' AND backend_type = 'client backend' AND query NOT LIKE '%pg_control%'"
                + " AND (" + condition + ")"));
    }
}
