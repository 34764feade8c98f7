package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.log.BodyReader;
import dev.weir.log.LoggedStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In what form {@code weir.log.format} has changes logged. */
final class LogFormatTest {
    private static final String POINT = "UPDATE T SET N = N + 1 WHERE ID = 1";
    private static final String RANGE = "UPDATE T SET N = N + 1 WHERE N < 5";

    @Test
    void shouldLogStatementsWhereSafeAndElseRows() throws SQLException {
        try (H2EmbeddedCluster cluster = cluster("")) {
            assertThat(logged(cluster, POINT)).singleElement().isInstanceOf(LoggedStatement.Sql.class);
            assertThat(logged(cluster, RANGE)).singleElement().isInstanceOf(LoggedStatement.Rows.class);
            HazardLab.assertEqual(cluster);
        }
    }

    @Test
    void shouldLogAllAsRows() throws SQLException {
        try (H2EmbeddedCluster cluster = cluster(";weir.log.format=row")) {
            assertThat(logged(cluster, POINT)).singleElement().isInstanceOf(LoggedStatement.Rows.class);
            assertThat(logged(cluster, RANGE)).singleElement().isInstanceOf(LoggedStatement.Rows.class);
            assertThat(verdict(cluster, POINT)).startsWith("rows: weir.log.format=row");
            HazardLab.assertEqual(cluster);
        }
    }

    @Test
    void shouldRefuseWhatIsNotSafeAsAStatement() throws SQLException {
        try (H2EmbeddedCluster cluster = cluster(";weir.log.format=statement");
                Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            assertThat(logged(cluster, POINT)).singleElement().isInstanceOf(LoggedStatement.Sql.class);
            long lsn = cluster.primary().lsn();
            for (String sql : List.of(
                    RANGE,
                    "DELETE FROM T WHERE N > 100",
                    "INSERT INTO T SELECT ID + 10, N FROM T",
                    "SELECT * FROM OLD TABLE (DELETE FROM T WHERE ID = 1)",
                    "CALL WRITES(7)")) {
                assertThatThrownBy(() -> statement.execute(sql))
                        .as(sql)
                        .isInstanceOf(SQLFeatureNotSupportedException.class)
                        .hasMessageContaining("weir.log.format");
            }
            assertThat(cluster.primary().lsn()).isEqualTo(lsn);
            assertThat(cluster.primary().number("SELECT COUNT(*) FROM T")).isEqualTo(2);
            assertThat(verdict(cluster, RANGE)).startsWith("refused: ");
            HazardLab.assertEqual(cluster);
        }
    }

    private static H2EmbeddedCluster cluster(String settings) throws SQLException {
        H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1, settings);
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER)");
            statement.execute(
                    "CREATE ALIAS WRITES AS 'int writes(java.sql.Connection c, int n) throws Exception { return c.createStatement().executeUpdate(\"INSERT INTO T VALUES (\" + n + \", 0)\"); }'");
            statement.execute("INSERT INTO T VALUES (1, 1)");
            statement.execute("INSERT INTO T VALUES (2, 2)");
        }
        return cluster;
    }

    private static List<LoggedStatement> logged(H2EmbeddedCluster cluster, String sql) throws SQLException {
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        List<LoggedStatement> logged = new ArrayList<>();
        try (Connection primary = cluster.primary().open();
                Statement statement = primary.createStatement();
                ResultSet newest = statement.executeQuery(
                        "SELECT BODY FROM WEIR.LOG WHERE KIND = 'DATA' ORDER BY LSN DESC FETCH FIRST ROW ONLY")) {
            newest.next();
            logged.addAll(BodyReader.read(newest.getBytes(1)));
        }
        return logged;
    }

    private static String verdict(H2EmbeddedCluster cluster, String sql) throws SQLException {
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement();
                ResultSet verdict = statement.executeQuery("EXPLAIN REPLICATION " + sql)) {
            verdict.next();
            return verdict.getString("logging") + ": " + verdict.getString("reason");
        }
    }
}
