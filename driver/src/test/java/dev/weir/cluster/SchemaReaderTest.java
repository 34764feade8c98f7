package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Definition;
import dev.weir.sql.Schema;
import dev.weir.sql.SqlDialect;
import dev.weir.sql.Syntax;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.api.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaReaderTest {
    /** Is called whenever its table is read. */
    public static final class Spy implements Trigger {
        @Override
        public void fire(Connection connection, Object[] oldRow, Object[] newRow) {}
    }

    /** A function of Java, of which H2 knows nothing but its name. */
    public static int touch() {
        return 1;
    }

    private static Schema read(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "sa", "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
            return SchemaReader.read(connection, Dialect.of(SqlDialect.H2));
        }
    }

    @Test
    void shouldFindWhatOnH2RunsMoreThanItsNameSays() throws SQLException {
        List<Definition> definitions = read(
                        "jdbc:h2:mem:",
                        "CREATE TABLE plain (id INT PRIMARY KEY)",
                        "CREATE TABLE watched (id INT PRIMARY KEY)",
                        "CREATE TRIGGER spy BEFORE SELECT ON watched CALL '" + Spy.class.getName() + "'",
                        "CREATE TABLE written (id INT PRIMARY KEY)",
                        "CREATE TRIGGER other BEFORE INSERT ON written FOR EACH ROW CALL '" + Spy.class.getName() + "'",
                        "CREATE LINKED TABLE far ('', 'jdbc:h2:mem:far', '', '', '(SELECT 1 AS a)')",
                        "CREATE VIEW seen AS SELECT id FROM plain",
                        "CREATE SYNONYM also FOR seen",
                        "CREATE ALIAS touch FOR '" + SchemaReaderTest.class.getName() + ".touch'",
                        "CREATE DOMAIN small AS INT CHECK (VALUE < 100)")
                .definitions();

        assertThat(definitions)
                .extracting(definition -> definition.kind() + " " + definition.name() + " "
                        + (definition.body() == null
                                ? "unknown"
                                : definition.body().replaceAll("\\s+", " ")))
                .containsExactlyInAnyOrder(
                        "RELATION WATCHED unknown",
                        "RELATION FAR unknown",
                        "RELATION SEEN SELECT \"ID\" FROM \"PUBLIC\".\"PLAIN\"",
                        "RELATION ALSO TABLE \"SEEN\"",
                        "RELATION SMALL SELECT VALUE < 100",
                        "FUNCTION TOUCH unknown");
    }

    @ParameterizedTest
    @CsvSource({"REGULAR, H2_REGULAR", "MSSQLServer, H2_BRACKETS", "Oracle, H2_POUND", "PostgreSQL, H2_REGULAR"})
    void shouldAskH2ForItsMode(String mode, Syntax syntax) throws SQLException {
        assertThat(read("jdbc:h2:mem:;MODE=" + mode).syntax()).isEqualTo(syntax);
    }
}
