package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A text of several statements does on an H2 cluster what it does on plain H2, result by result, and replicas follow. */
@ExtendWith(H2EmbeddedExtension.class)
final class SeveralStatementsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final List<Boolean> ON_AND_OFF = List.of(true, false);

    /** H2 turns auto-commit on at the end of a transaction begun by SQL, even if setAutoCommit had turned it off; Weir does not. */
    private static final List<Boolean> ONLY_ON = List.of(true);

    private static final List<String> TEXTS = List.of(
            "INSERT INTO T VALUES (3, 3); UPDATE T SET N = 9",
            "UPDATE T SET N = 9; SELECT N FROM T",
            "SELECT N FROM T ORDER BY ID; UPDATE T SET N = 9",
            "INSERT INTO T VALUES (3, 3); INSERT INTO T VALUES (1, 1)",
            "INSERT INTO T VALUES (3, 3); INSERT INTO NOWHERE VALUES (1, 1)",
            "INSERT INTO T VALUES (3, 3); NO SUCH VERB",
            "INSERT INTO T VALUES (1, 1); UPDATE T SET N = 9",
            "INSERT INTO T VALUES (3, 3); INSERT INTO T VALUES (4, 4); INSERT INTO T VALUES (1, 1); DELETE FROM T",
            "INSERT INTO T VALUES (3, 3); CREATE TABLE U(ID INT PRIMARY KEY); INSERT INTO U VALUES (1)",
            "CREATE TABLE U(ID INT PRIMARY KEY); INSERT INTO U VALUES (1); DROP TABLE U",
            "SET @X = 5; INSERT INTO T VALUES (@X, 5)",
            "/* a */ INSERT INTO T VALUES (3, 3); ; /* ; */ UPDATE T SET N = 9 WHERE ID = 3; -- end",
            "DELETE FROM T WHERE ID = 1; INSERT INTO T SELECT ID + 5, N FROM T; MERGE INTO T KEY(ID) VALUES (2, 7)",
            "SELECT N FROM T WHERE ID = 1; SELECT N FROM T WHERE ID = 2; DELETE FROM T",
            "SAVEPOINT S; DELETE FROM T; ROLLBACK TO SAVEPOINT S; INSERT INTO T VALUES (8, 8)",
            "BEGIN; INSERT INTO T VALUES (3, 3); ROLLBACK",
            "BEGIN; INSERT INTO T VALUES (3, 3); COMMIT; UPDATE T SET N = 9 WHERE ID = 3");

    @Test
    void shouldDoWhatPlainH2Does(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection plain = DriverManager.getConnection("jdbc:h2:mem:several;DB_CLOSE_DELAY=-1", "sa", "");
                Connection beside = DriverManager.getConnection("jdbc:h2:mem:several", "sa", "");
                Connection weir = cluster.connect();
                Connection other = cluster.connect()) {
            for (String text : TEXTS) {
                for (boolean autoCommit : text.startsWith("BEGIN") ? ONLY_ON : ON_AND_OFF) {
                    for (Way way : Way.values()) {
                        assertThat(outcome(weir, other, text, autoCommit, way))
                                .as("%s, auto-commit %s, by %s", text, autoCommit, way)
                                .isEqualTo(outcome(plain, beside, text, autoCommit, way));
                    }
                }
            }
            assertThat(parameters(weir)).isEqualTo(parameters(plain));
            execute(plain, "SHUTDOWN");
        }
        Equality.awaitCaughtUp(cluster, LIMIT);
        assertThat(Equality.differences(cluster)).isEmpty();
    }

    /** A way of executing a text. */
    private enum Way {
        EXECUTE,
        EXECUTE_FOR_KEYS,
        UPDATE,
        QUERY,
        PREPARED
    }

    /** What a text gives, and what it leaves in sight of another connection before and after the end of its transaction. */
    private static List<String> outcome(
            Connection connection, Connection other, String text, boolean autoCommit, Way way) throws SQLException {
        execute(connection, "DROP TABLE IF EXISTS U", "DROP TABLE IF EXISTS T");
        execute(connection, "CREATE TABLE T(ID INT PRIMARY KEY, N INT)", "INSERT INTO T VALUES (1, 1), (2, 2)");
        connection.setAutoCommit(autoCommit);
        List<String> outcome = new ArrayList<>();
        try {
            outcome.add(executed(connection, text, way));
        } catch (SQLException e) {
            boolean wrongMethod = way == Way.UPDATE || way == Way.QUERY;
            outcome.add(wrongMethod ? "error" : "error " + e.getSQLState());
        }
        outcome.add(rows(other));
        if (!connection.getAutoCommit()) {
            connection.commit();
            connection.setAutoCommit(true);
        }
        outcome.add(rows(other));
        return outcome;
    }

    private static String executed(Connection connection, String text, Way way) throws SQLException {
        if (way == Way.PREPARED) {
            try (PreparedStatement statement = connection.prepareStatement(text)) {
                return results(statement, statement.execute());
            }
        }
        try (Statement statement = connection.createStatement()) {
            return switch (way) {
                case EXECUTE, PREPARED -> results(statement, statement.execute(text));
                case EXECUTE_FOR_KEYS -> results(statement, statement.execute(text, Statement.RETURN_GENERATED_KEYS));
                case UPDATE -> Integer.toString(statement.executeUpdate(text));
                case QUERY -> firstColumn(statement.executeQuery(text));
            };
        }
    }

    private static String results(Statement statement, boolean rows) throws SQLException {
        String results = rows ? firstColumn(statement.getResultSet()) : "count " + statement.getUpdateCount();
        try (ResultSet keys = statement.getGeneratedKeys()) {
            results += keys.next() ? ", keys" : ", no keys";
        }
        return results + ", more " + statement.getMoreResults() + ", count " + statement.getUpdateCount();
    }

    private static String firstColumn(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values.toString();
    }

    private static String rows(Connection other) throws SQLException {
        try (Statement statement = other.createStatement()) {
            return firstColumn(statement.executeQuery("SELECT ID || ':' || N FROM T ORDER BY ID"));
        }
    }

    /** Parameters are numbered over the whole text, and stay set. */
    private static List<String> parameters(Connection connection) throws SQLException {
        execute(connection, "DELETE FROM T", "INSERT INTO T VALUES (1, 1)");
        List<String> seen = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO T VALUES (?, ?); UPDATE T SET N = ? WHERE ID = ?; DELETE FROM T WHERE N = ?")) {
            for (int i = 1; i <= 5; i++) {
                statement.setInt(i, 10 * i);
            }
            seen.add(results(statement, statement.execute()));
            statement.setInt(1, 11);
            statement.setInt(4, 1);
            seen.add(results(statement, statement.execute()));
            seen.add(Integer.toString(statement.getParameterMetaData().getParameterCount()));
            seen.add(rows(connection));
            try {
                statement.clearParameters();
                statement.execute();
            } catch (SQLException e) {
                seen.add("a parameter is not set");
            }
        }
        seen.add(rows(connection));
        return seen;
    }

    private static void execute(Connection connection, String... texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
        }
    }
}
