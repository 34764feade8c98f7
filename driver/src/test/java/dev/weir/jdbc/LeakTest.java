package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections closed in every state give back what they borrowed. */
class LeakTest {
    private static final int ROUNDS = 40;

    private static MemoryCluster cluster;

    @BeforeAll
    static void start() throws SQLException {
        cluster = new MemoryCluster(1);
    }

    @AfterAll
    static void stop() throws SQLException {
        cluster.close();
    }

    /** A state in which an application may leave a connection. */
    enum State {
        UNUSED {
            @Override
            void reach(Connection connection) {}
        },
        OPEN_RESULT {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.createStatement().executeQuery("SELECT * FROM ITEM").next();
                connection
                        .prepareStatement("SELECT * FROM ITEM FOR UPDATE")
                        .executeQuery()
                        .next();
            }
        },
        OPEN_TRANSACTION {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                connection.createStatement().executeUpdate("UPDATE ITEM SET NAME = 'x' WHERE ID = 1");
            }
        },
        OPEN_READ_ONLY_TRANSACTION {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                connection.createStatement().executeQuery("SELECT * FROM ITEM").next();
            }
        },
        TRANSACTION_BY_SQL {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.createStatement().execute("BEGIN");
                connection.createStatement().executeUpdate("UPDATE ITEM SET NAME = 'x' WHERE ID = 2");
            }
        },
        PINNED {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.createStatement().execute("CREATE LOCAL TEMPORARY TABLE SCRATCH(ID INT)");
            }
        },
        UNWRAPPED {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.unwrap(org.h2.jdbc.JdbcConnection.class);
            }
        },
        FAILED {
            @Override
            void reach(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                Statement statement = connection.createStatement();
                assertThatThrownBy(() -> statement.execute("INSERT INTO ITEM(ID) VALUES (1)"))
                        .isInstanceOf(SQLException.class);
            }
        },
        COLLECTING_BATCH {
            @Override
            void reach(Connection connection) throws SQLException {
                PreparedStatement statement = connection.prepareStatement("UPDATE ITEM SET NAME = ? WHERE ID = 3");
                statement.setString(1, "x");
                statement.addBatch();
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

        abstract void reach(Connection connection) throws SQLException;
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void shouldLeaveNothingBorrowedWhenClosedInAnyState(State state) throws SQLException {
        for (int i = 0; i < ROUNDS; i++) {
            try (Connection connection = cluster.connect()) {
                state.reach(connection);
            }
            assertThat(Thread.interrupted()).isEqualTo(state == State.INTERRUPTED);
        }
        assertThat(cluster.lent()).isZero();
        assertThat(cluster.open.get()).isZero();
        assertThat(cluster.count(PRIMARY, "ITEM WHERE NAME = 'x'")).isZero();
        Awaitility.await()
                .until(() -> cluster.count(PRIMARY, "INFORMATION_SCHEMA.SESSIONS WHERE CONTAINS_UNCOMMITTED") == 0);
    }
}
