package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2EmbeddedCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code weir.audit=true} lists of an application. */
final class AuditTest {
    @Test
    void shouldListDistinctStatementsWithTheirVerdictsAndNoValues() throws SQLException {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1, ";weir.audit=true");
                Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INTEGER PRIMARY KEY, S VARCHAR(50))");
            statement.execute("/* secret 1 */ INSERT INTO T VALUES (1, 'secret')");
            statement.execute("INSERT INTO T  VALUES (2, 'it''s another') -- secret");
            statement.execute("UPDATE T SET S = $$secret$$ WHERE S <> 'x'");
            statement.execute("CREATE USER ANN PASSWORD 'secret'");
            statement.executeQuery("SELECT * FROM T").close();
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM T WHERE ID = ?")) {
                for (int id = 1; id <= 2; id++) {
                    delete.setInt(1, id);
                    delete.addBatch();
                }
                delete.executeBatch();
                delete.setInt(1, 3);
                delete.executeUpdate();
            }
            List<String> listed = audit(connection);
            assertThat(listed)
                    .containsExactly(
                            "ddl statement 1 CREATE TABLE T(ID INTEGER PRIMARY KEY, S VARCHAR(?))",
                            "write statement 2 INSERT INTO T VALUES (?, ?)",
                            "write rows 1 UPDATE T SET S = ? WHERE S <> ?",
                            "ddl statement 1 CREATE USER ANN PASSWORD ?",
                            "write statement 2 DELETE FROM T WHERE ID = ?");
            assertThat(String.join("\n", listed)).doesNotContain("secret");
            HazardLab.assertEqual(cluster);
        }
    }

    @Test
    void shouldListNothingUnlessAsked() throws SQLException {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1);
                Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INTEGER PRIMARY KEY)");
            assertThat(audit(connection)).isEmpty();
        }
    }

    @Test
    void shouldListABoundedNumberOfStatements() throws SQLException {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(0, ";weir.audit=true");
                Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INTEGER PRIMARY KEY)");
            for (int i = 0; i < 1_100; i++) {
                statement.execute("UPDATE T AS T" + i + " SET ID = 1 WHERE ID = 2");
            }
            assertThat(audit(connection)).hasSize(1_000);
        }
    }

    private static List<String> audit(Connection connection) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet audit = statement.executeQuery("SHOW weir.audit")) {
            while (audit.next()) {
                assertThat(audit.getString("reason")).isNotBlank();
                assertThat(audit.getString("first_seen")).isNotBlank();
                rows.add(audit.getString("kind") + " " + audit.getString("logging") + " " + audit.getLong("executions")
                        + " " + audit.getString("statement"));
            }
        }
        return rows;
    }
}
