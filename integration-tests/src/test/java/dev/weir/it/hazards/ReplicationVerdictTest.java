package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** EXPLAIN REPLICATION says what capture then does, and executes nothing. */
final class ReplicationVerdictTest {
    private static H2EmbeddedCluster cluster;
    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        cluster = H2EmbeddedCluster.inMemory(1);
        connection = cluster.connect();
        try (Statement statement = connection.createStatement()) {
            for (String sql : new String[] {
                "CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER)",
                "CREATE TABLE AUTO(ID IDENTITY PRIMARY KEY, N INTEGER, M TIMESTAMP DEFAULT LOCALTIMESTAMP)",
                "CREATE TABLE BAG(N INTEGER)",
                "CREATE TABLE CHILD(ID INTEGER PRIMARY KEY, T INTEGER REFERENCES T ON DELETE CASCADE)",
                "CREATE TABLE TRIGGERED(ID INTEGER PRIMARY KEY)",
                "CREATE TRIGGER TR AFTER INSERT ON TRIGGERED FOR EACH ROW CALL '" + Triggers.Stamp.class.getName()
                        + "'",
                "CREATE VIEW V AS SELECT * FROM T",
                "CREATE ALIAS BOOK FOR '" + Triggers.class.getName() + ".book'",
                "CREATE LOCAL TEMPORARY TABLE TMP(ID INTEGER)",
                "INSERT INTO T VALUES (1, 1)"
            }) {
                statement.execute(sql);
            }
        }
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SELECT * FROM T | read | none | changes nothing
            INSERT INTO T VALUES (2, 2) | write | statement | primary key fixes its rows
            UPDATE T SET N = N + 1 WHERE ID = 1 | write | statement | primary key fixes its rows
            UPDATE T SET N = N + 1 | write | rows | not fixed by a primary key
            UPDATE T SET N = RAND() WHERE ID = 1 | write | rows | differs from time to time
            DELETE FROM T WHERE ID = 1 | write | rows | foreign keys of other tables
            DELETE FROM CHILD WHERE ID = 1 | write | statement | primary key fixes its rows
            INSERT INTO AUTO(N) VALUES (1) | write | rows | fills itself
            UPDATE BAG SET N = 1 | write | rows | has no primary key
            INSERT INTO TRIGGERED VALUES (1) | write | rows | has triggers
            INSERT INTO V VALUES (1, 1) | write | rows | is a view
            DELETE FROM CHILD LIMIT 1 | write | rows | limit
            MERGE INTO T USING CHILD C ON T.ID = C.T WHEN MATCHED THEN DELETE | write | rows | reads more than its own rows
            INSERT INTO T VALUES (3, BOOK(1)) | write | rows | reads more than its own rows
            INSERT INTO TMP VALUES (1) | write | none | replicas do not have it
            CALL BOOK(7) | call | rows | code of the database
            ALTER TABLE T ADD COLUMN X INTEGER | ddl | statement | schema change
            CREATE TABLE C AS SELECT * FROM T | ddl | rows | fill it
            ALTER TABLE T ADD COLUMN X UUID DEFAULT RANDOM_UUID() | ddl | rows | added empty
            ALTER TABLE T ADD COLUMN X BIGINT AUTO_INCREMENT | ddl | refused | no order
            CREATE LOCAL TEMPORARY TABLE TMP2(ID INTEGER) | ddl | none | primary alone
            SET MODE MySQL | ddl | refused | whole database
            SET SCHEMA PUBLIC | session | none | sets something
            EXECUTE IMMEDIATE 'UPDATE T SET N = 0' | unknown | rows | not fixed by a primary key
            EXECUTE IMMEDIATE ? | unknown | refused | not known
            COMMIT | commit | none | transaction
            CHECKPOINT | maintenance | none | primary alone
            """)
    void shouldSayHowAStatementIsLogged(String sql, String kind, String logging, String reason) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet verdict = statement.executeQuery("explain /* c */ REPLICATION " + sql)) {
            assertThat(verdict.next()).isTrue();
            assertThat(verdict.getString("kind")).isEqualTo(kind);
            assertThat(verdict.getString("logging"))
                    .as(verdict.getString("reason"))
                    .isEqualTo(logging);
            assertThat(verdict.getString("reason")).contains(reason);
            if (logging.equals("refused")) {
                assertThat(verdict.getString("advice")).isNotBlank();
            }
            assertThat(verdict.next()).isFalse();
        }
        assertThat(cluster.primary().number("SELECT SUM(ID * 100 + N) FROM T")).isEqualTo(101);
    }

    @Test
    void shouldRefuseWhatItSaidItWould() throws SQLException {
        String sql = "ALTER TABLE T ADD COLUMN X BIGINT AUTO_INCREMENT";
        try (Statement statement = connection.createStatement();
                ResultSet verdict = statement.executeQuery("EXPLAIN REPLICATION " + sql)) {
            verdict.next();
            String reason = verdict.getString("reason");
            String advice = verdict.getString("advice");
            assertThatThrownBy(() -> connection.createStatement().execute(sql))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining(reason)
                    .hasMessageContaining(advice);
        }
    }

    @Test
    void shouldFailAsTheStatementWouldWhenItNamesWhatDoesNotExist() {
        assertThatThrownBy(() -> connection.createStatement().executeQuery("EXPLAIN REPLICATION DELETE FROM NOWHERE"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("NOWHERE");
    }
}
