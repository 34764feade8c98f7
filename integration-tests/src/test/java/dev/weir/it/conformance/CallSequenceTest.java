package dev.weir.it.conformance;

import dev.weir.it.conformance.CallSequence.Step;
import dev.weir.it.conformance.SequenceRunner.Opener;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.sql.SqlDialect;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** Runs each block of {@code call-sequences.txt} on both databases. */
final class CallSequenceTest {
    private static final String ROLE_ON_H2 =
            "SELECT CASE WHEN DATABASE_PATH() LIKE '%replica%' THEN 'replica' ELSE 'primary' END FROM ITEM LIMIT 1";
    private static final String ROLE_ON_POSTGRESQL =
            "SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END FROM ITEM LIMIT 1";

    private static H2EmbeddedCluster h2;
    private static PostgresCluster postgres;

    @BeforeAll
    static void start() throws IOException, SQLException {
        h2 = H2EmbeddedCluster.onFiles(2);
        postgres = PostgresCluster.start();
    }

    @AfterAll
    static void stop() throws SQLException {
        h2.close();
        postgres.close();
    }

    static List<CallSequence> onH2() throws IOException {
        return CallSequence.of(SqlDialect.H2);
    }

    static List<CallSequence> onPostgres() throws IOException {
        return CallSequence.of(SqlDialect.POSTGRESQL);
    }

    @ParameterizedTest
    @MethodSource("onH2")
    void shouldServeSequenceOnH2(CallSequence sequence) throws SQLException {
        String url = h2.weirUrl() + ";weir.readOnlyFunctions=database_path";
        run(
                sequence,
                () -> DriverManager.getConnection(url, H2EmbeddedCluster.USER, H2EmbeddedCluster.PASSWORD),
                ROLE_ON_H2,
                JdbcConnection.class);
    }

    @ParameterizedTest
    @MethodSource("onPostgres")
    void shouldServeSequenceOnPostgres(CallSequence sequence) throws SQLException {
        String url = postgres.weirUrl() + "&weir.readOnlyFunctions=pg_is_in_recovery";
        run(sequence, () -> DriverManager.getConnection(url), ROLE_ON_POSTGRESQL, PGConnection.class);
    }

    private static void run(CallSequence sequence, Opener opener, String where, Class<?> targets) throws SQLException {
        prepare(opener);
        try (SequenceRunner first = new SequenceRunner(opener, where, targets);
                SequenceRunner second = new SequenceRunner(opener, where, targets)) {
            Step ready = new Step(0, false, true, "where", "replica");
            first.run(ready);
            first.reconnect();
            for (Step step : sequence.steps()) {
                (step.second() ? second : first).run(step);
            }
        }
    }

    private static void prepare(Opener opener) throws SQLException {
        try (Connection connection = opener.open();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS ITEM");
            statement.execute("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(20))");
            statement.execute("INSERT INTO ITEM VALUES (1, 'one'), (2, 'two')");
        }
    }
}
