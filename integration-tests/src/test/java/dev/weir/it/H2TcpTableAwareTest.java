package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** On H2 nodes of their own, where positions are sampled, a session's inserts count for their table and its other writes for all. */
@ExtendWith(H2TcpExtension.class)
final class H2TcpTableAwareTest {
    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String route(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN ROUTE SELECT * FROM " + table)) {
            row.next();
            return row.getString("reason");
        }
    }

    private static void awaitCaughtUp(Connection connection) {
        Awaitility.await().until(() -> route(connection, "LOCKED"), reason -> reason.startsWith("the replica"));
    }

    @Test
    void shouldCountInsertsForTheirTableAndOtherWritesForAll(H2TcpCluster cluster) throws Exception {
        try (Connection connection = DriverManager.getConnection(
                        cluster.weirUrl() + ";weir.sessionScope=connection", H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                Connection first = cluster.replicas().get(0).open();
                Connection second = cluster.replicas().get(1).open()) {
            run(connection, "CREATE TABLE LOCKED(ID INT PRIMARY KEY, N INT)");
            run(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
            run(connection, "CREATE TABLE EVENT(ID IDENTITY PRIMARY KEY, N INT)");
            run(connection, "INSERT INTO LOCKED VALUES (1, 0)");
            awaitCaughtUp(connection);
            for (Connection holding : new Connection[] {first, second}) {
                holding.setAutoCommit(false);
                run(holding, "SELECT * FROM LOCKED WHERE ID = 1 FOR UPDATE");
            }
            // What another session writes holds the replicas back, since their appliers wait for the row.
            try (Connection other = DriverManager.getConnection(
                    cluster.weirUrl() + ";weir.sessionScope=connection", H2TcpCluster.USER, H2TcpCluster.PASSWORD)) {
                run(other, "UPDATE LOCKED SET N = 1 WHERE ID = 1");
            }
            run(connection, "INSERT INTO EVENT(N) VALUES (1)");
            assertThat(route(connection, "ITEM")).startsWith("the replica has every write to what it reads");
            assertThat(route(connection, "EVENT")).startsWith("no replica is proven");
            run(connection, "UPDATE EVENT SET N = 2");
            assertThat(route(connection, "ITEM")).as("after an UPDATE").startsWith("no replica is proven");
            first.rollback();
            second.rollback();
        }
    }
}
