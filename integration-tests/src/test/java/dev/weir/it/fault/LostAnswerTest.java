package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import dev.weir.it.h2.H2TcpNode;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.process.Relay;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Statements and commits whose answers never come: what is said, and that nothing is sent again. */
@ExtendWith({PostgresExtension.class, H2TcpExtension.class})
final class LostAnswerTest {
    private static String through(Relay relay, PostgresCluster cluster) {
        return "jdbc:weir:postgresql://127.0.0.1:" + relay.port() + ","
                + cluster.standby1().address() + "/" + PostgresCluster.DATABASE + "?user=" + PostgresCluster.USER
                + "&password=" + PostgresCluster.PASSWORD;
    }

    @Test
    void shouldReportDoubtAndSendNothingAgainWhenTheAnswerToACommitIsLost(PostgresCluster cluster) throws SQLException {
        try (Relay relay = new Relay(cluster.primary().port());
                Connection connection = DriverManager.getConnection(through(relay, cluster));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int)");
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO item VALUES (1)");
            relay.loseAnswerTo("COMMIT");
            assertInDoubt(connection::commit);
            assertThat(relay.hasLost()).isTrue();
            assertThat(onPrimary(cluster, "SELECT count(*) FROM item")).isEqualTo(1);
        }
    }

    @Test
    void shouldReportDoubtAndSendNothingAgainWhenTheAnswerToAWriteIsLost(PostgresCluster cluster) throws SQLException {
        try (Relay relay = new Relay(cluster.primary().port());
                Connection connection = DriverManager.getConnection(through(relay, cluster));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int)");
            relay.loseAnswerTo("INSERT INTO item");
            assertInDoubt(() -> statement.execute("INSERT INTO item VALUES (1)"));
            assertThat(onPrimary(cluster, "SELECT count(*) FROM item")).isEqualTo(1);
            statement.execute("INSERT INTO item VALUES (2)");
            assertThat(onPrimary(cluster, "SELECT count(*) FROM item")).isEqualTo(2);
        }
    }

    @Test
    void shouldReadAgainWhenTheAnswerToAReadOfThePrimaryIsLost(PostgresCluster cluster) throws SQLException {
        try (Relay relay = new Relay(cluster.primary().port());
                Connection connection =
                        DriverManager.getConnection(through(relay, cluster) + "&weir.consistency=strong");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int)");
            relay.loseAnswerTo("SELECT count(*) FROM item");
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM item")) {
                rows.next();
                assertThat(rows.getInt(1)).isZero();
            }
            assertThat(relay.hasLost()).isTrue();
        }
    }

    @Test
    void shouldFailAReadThatBreaksAfterItsFirstRow(H2TcpCluster cluster) throws SQLException {
        String url = cluster.weirUrl() + ";weir.consistency=eventual";
        try (Connection connection = DriverManager.getConnection(url, H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY, text varchar(1000))");
            for (int from = 1; from < 6_000; from += 1_000) {
                statement.execute("INSERT INTO item SELECT x, REPEAT('x', 500) FROM SYSTEM_RANGE(" + from + ", "
                        + (from + 999) + ")");
            }
            Awaitility.await("the rows on both replicas")
                    .until(() -> cluster.replicas().stream().allMatch(replica -> {
                        try {
                            return replica.number("SELECT COUNT(*) FROM item") == 6_000;
                        } catch (SQLException notYet) {
                            return false;
                        }
                    }));
            long[] before = reads(connection);
            statement.setFetchSize(10);
            try (ResultSet rows = statement.executeQuery("SELECT id, text FROM item ORDER BY id")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(1);
                long[] after = reads(connection);
                int node = after[1] > before[1] ? 1 : 2;
                H2TcpNode reading = cluster.replicaNode(node);
                reading.kill();
                int[] seen = {1};
                assertThatThrownBy(() -> {
                            while (rows.next()) {
                                assertThat(rows.getInt(1)).isEqualTo(++seen[0]);
                            }
                        })
                        .isInstanceOf(SQLException.class);
                assertThat(seen[0]).isBetween(1, 5_999);
            }
            try (ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM item")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(6_000);
            }
        }
    }

    private static long[] reads(Connection connection) throws SQLException {
        return WeirNodes.of(connection).stream().mapToLong(WeirNodes.Row::reads).toArray();
    }

    private static void assertInDoubt(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("may or may not have happened")
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("08007"));
    }

    private static long onPrimary(PostgresCluster cluster, String query) throws SQLException {
        try (Connection direct = cluster.primary().connect();
                Statement statement = direct.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
