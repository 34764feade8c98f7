package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;

import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A replica that dies while a result is being read: the application is told so, and never given the rest of another reading. */
@ExtendWith(PostgresExtension.class)
final class ReplicaLossTest {
    private static final int ROWS = 20_000;
    private static final int CHUNK = 1_000;

    private interface Blow {
        void strike() throws SQLException;
    }

    @Test
    void shouldFailInMidResultWhenStandbysSessionEnds(PostgresCluster cluster) throws SQLException {
        try (Connection owner = cluster.primary().connect()) {
            fill(owner, "SELECT n + %d FROM generate_series(1, %d) n");
        }
        cluster.awaitCaughtUp();
        try (Connection connection =
                DriverManager.getConnection(cluster.weirUrl() + "&weir.consistency=eventual&ApplicationName=reading")) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            readUntil(connection, () -> {
                for (var node : cluster.nodes()) {
                    node.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reading'");
                }
            });
            rollBack(connection);
            assertThat(count(connection)).isEqualTo(ROWS);
            connection.commit();
        }
    }

    /** What was open on the replica went with its session. */
    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException gone) {
            assertThat(gone.getSQLState()).startsWith("08");
        }
    }

    @Test
    void shouldFailInMidResultWhenReplicasProcessIsKilled() throws SQLException, IOException {
        try (H2TcpCluster cluster = H2TcpCluster.start(1, ";weir.consistency=eventual");
                Connection connection = cluster.connect()) {
            fill(connection, "SELECT X + %d FROM SYSTEM_RANGE(1, %d)");
            Awaitility.await()
                    .ignoreExceptions()
                    .until(() ->
                            cluster.replicas().get(0).lsn() >= cluster.primary().lsn());
            readUntil(connection, () -> cluster.replicaNode(1).kill());
            assertThat(count(connection)).isEqualTo(ROWS);
        }
    }

    private static void fill(Connection connection, String numbers) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE NUMBER(N INT PRIMARY KEY)");
            for (int from = 0; from < ROWS; from += CHUNK) {
                statement.execute("INSERT INTO NUMBER " + numbers.formatted(from, CHUNK));
            }
        }
    }

    private static void readUntil(Connection connection, Blow blow) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(100);
            ResultSet rows = statement.executeQuery("SELECT N FROM NUMBER ORDER BY N");
            rows.next();
            blow.strike();
            int read = 1;
            SQLException told = null;
            try {
                while (rows.next()) {
                    assertThat(rows.getInt(1)).isEqualTo(++read);
                }
            } catch (SQLException e) {
                told = e;
            }
            assertThatObject(told).as("after %d rows", read).isNotNull();
            assertThat(read).isLessThan(ROWS);
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM NUMBER")) {
            row.next();
            return row.getInt(1);
        }
    }
}
