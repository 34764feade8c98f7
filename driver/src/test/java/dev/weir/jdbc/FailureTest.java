package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens when a node fails, refuses, or dies at the worst moment. */
class FailureTest {
    private MemoryCluster cluster;
    private Connection connection;

    @BeforeEach
    void start() throws SQLException {
        // Probes are rare, so that it is the statement that meets the failure.
        cluster = new MemoryCluster(2, java.time.Duration.ofMillis(200));
        connection = cluster.connect();
    }

    @AfterEach
    void stop() throws SQLException {
        connection.close();
        assertThat(cluster.lent()).isZero();
        cluster.close();
    }

    private static String who(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getString(1);
        }
    }

    @Test
    void shouldReadElsewhereWhenReplicaDiesBeforeFirstRow() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM WHO")) {
            String first = who(statement);
            cluster.stop(first);
            assertThat(who(statement)).isNotEqualTo(first);
            assertThat(cluster.node(first).failures()).isPositive();
            assertThat(who(statement)).isNotEqualTo(first);
        }
    }

    @Test
    void shouldFailWithoutRestartWhenReplicaDiesInsideReadOnlyTransaction() throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("SELECT NAME FROM WHO")) {
            String first = who(statement);
            cluster.stop(first);
            assertThatThrownBy(() -> who(statement)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connection.rollback()).isInstanceOf(SQLException.class);
            assertThat(who(statement)).isNotEqualTo(first);
            connection.commit();
        }
    }

    @Test
    void shouldReportDoubtWhenPrimaryDiesDuringCommit() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('doubtful')");
            cluster.stop(PRIMARY);
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(java.sql.SQLNonTransientConnectionException.class)
                    .hasMessageContaining("may or may not")
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08007"));
        }
    }

    @Test
    void shouldReportDoubtWhenPrimaryDiesUnderAutoCommittedWrite() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('fine')");
            cluster.stop(PRIMARY);
            assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('doubtful')"))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08007"));
        }
    }

    @Test
    void shouldServeReadsFromReplicasWhenPrimaryIsDownAndNewConnectionIsTaken() throws SQLException {
        cluster.stop(PRIMARY);
        Awaitility.await().until(() -> !cluster.status(PRIMARY).isUp());
        try (Connection next = cluster.connect();
                PreparedStatement statement = next.prepareStatement("SELECT NAME FROM WHO")) {
            next.setClientInfo("weir.consistency", "eventual");
            assertThat(next.isValid(1)).isTrue();
            assertThat(who(statement)).startsWith("r");
            next.setClientInfo("weir.consistency", "strong");
            assertThatThrownBy(() -> who(statement))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).startsWith("08"));
        }
    }

    @Test
    void shouldRetryOnPrimaryAndLearnWhenReplicaRefusesReadAsWrite() throws SQLException {
        for (String name : new String[] {PRIMARY, "r1", "r2"}) {
            cluster.onNode(name, "CREATE SCHEMA SECRET", "CREATE TABLE SECRET.T(NAME VARCHAR(20))");
            cluster.onNode(name, "INSERT INTO SECRET.T VALUES ('" + name + "')");
        }
        RoutedDatabase database = cluster.database();
        try (Connection own = cluster.connect(database);
                PreparedStatement statement = own.prepareStatement("SELECT NAME FROM SECRET.T")) {
            assertThat(who(statement)).isEqualTo(PRIMARY);
            assertThat(database.writesRefusedByReplicas()).isEqualTo(1);
            assertThat(who(statement)).isEqualTo(PRIMARY);
            assertThat(database.writesRefusedByReplicas()).isEqualTo(1);
        }
    }

    @Test
    void shouldAskThePrimaryWhenAReplicaDoesNotKnowAName() throws SQLException {
        cluster.onNode(PRIMARY, "CREATE TABLE YOUNG(NAME VARCHAR(20))", "INSERT INTO YOUNG VALUES ('new')");
        cluster.onNode(PRIMARY, "ALTER TABLE WHO ADD BORN INT DEFAULT 7");
        try (PreparedStatement table = connection.prepareStatement("SELECT NAME FROM YOUNG");
                PreparedStatement column = connection.prepareStatement("SELECT NAME FROM WHO WHERE BORN = ?");
                PreparedStatement known = connection.prepareStatement("SELECT NAME FROM WHO")) {
            column.setInt(1, 7);
            awaitUnserved(() -> who(table), "new");
            awaitUnserved(() -> who(column), PRIMARY);
            long unserved = unserved();
            connection.setClientInfo("weir.consistency", "eventual");
            Awaitility.await().untilAsserted(() -> assertThat(who(known)).startsWith("r"));
            assertThat(unserved()).isEqualTo(unserved);
        }
    }

    @Test
    void shouldBeginReadOnlyTransactionOnThePrimaryWhenAReplicaDoesNotKnowAName() throws SQLException {
        cluster.onNode(PRIMARY, "CREATE TABLE YOUNG(NAME VARCHAR(20))", "INSERT INTO YOUNG VALUES ('new')");
        connection.setClientInfo("weir.consistency", "eventual");
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try (PreparedStatement young = connection.prepareStatement("SELECT NAME FROM YOUNG");
                PreparedStatement who = connection.prepareStatement("SELECT NAME FROM WHO")) {
            assertThat(who(young)).isEqualTo("new");
            assertThat(who(who)).isEqualTo(PRIMARY);
            connection.commit();

            assertThat(who(who)).startsWith("r");
            assertThatThrownBy(() -> who(young))
                    .as("the transaction has read a replica already")
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("42S02"));
            connection.rollback();
            assertThat(unserved()).isEqualTo(1);
        }
    }

    /** Reads until a replica has been asked: none is while the monitor knows none as fresh enough. */
    private void awaitUnserved(Callable<String> read, String expected) {
        long before = unserved();
        Awaitility.await()
                .until(
                        () -> {
                            assertThat(read.call()).isEqualTo(expected);
                            return unserved();
                        },
                        unserved -> unserved == before + 1);
    }

    private long unserved() {
        return cluster.node("r1").unservedReads() + cluster.node("r2").unservedReads();
    }

    @Test
    void shouldNotRetryWhenStatementItselfIsWrong() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM NO_SUCH_TABLE"))
                    .isInstanceOf(SQLException.class)
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("42S02"));
            assertThat(cluster.node("r1").failures() + cluster.node("r2").failures())
                    .isZero();
        }
    }
}
