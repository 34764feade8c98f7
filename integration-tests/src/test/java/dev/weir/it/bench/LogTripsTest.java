package dev.weir.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many round trips a write to an H2 primary behind a server takes. */
class LogTripsTest {
    private static LogSubject subject;

    private Connection connection;

    @BeforeAll
    static void start() throws Exception {
        subject = LogSubject.weirTcp();
        try (Connection connection = subject.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE T(ID INT PRIMARY KEY, V INT CHECK (V >= 0))");
            statement.execute("INSERT INTO T SELECT X, X FROM SYSTEM_RANGE(1, 100)");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        subject.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = subject.connect();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private long value(int id) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT V FROM T WHERE ID = " + id)) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    private long logged() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "/* weir: primary */ SELECT (SELECT COUNT(*) FROM WEIR.LOG WHERE KIND = 'DATA') FROM WEIR.HEAD")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Trips of the third execution, when everything is prepared. */
    private long trips(PreparedStatement statement, int count) throws SQLException {
        long before = 0;
        for (int i = 0; i < 3; i++) {
            before = subject.trips();
            assertThat(statement.executeUpdate()).isEqualTo(count);
        }
        return subject.trips() - before;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE T SET V = 1000 WHERE ID = 7            | 1 | 1",
                "UPDATE T SET V = V + 1000 WHERE ID = 8        | 1 | 1",
                "MERGE INTO T(ID, V) KEY(ID) VALUES (101, 101) | 1 | 1",
                "UPDATE T SET V = 5 WHERE ID = 5000            | 0 | 1",
                "UPDATE T SET V = V + 2000 WHERE ID BETWEEN 1 AND 3 | 3 | 2"
            })
    void shouldTakeNoMoreRoundTripsThanItMust(String sql, int count, long expected) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            long logged = logged();
            assertThat(trips(statement, count)).isEqualTo(expected);
            assertThat(logged() - logged).isEqualTo(count == 0 ? 0 : 3);
        }
    }

    @Test
    void shouldTakeOneRoundTripForTheCommitOfATransaction() throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE T SET V = ? WHERE ID = 9")) {
            connection.setAutoCommit(false);
            long before = 0;
            for (int i = 0; i < 3; i++) {
                before = subject.trips();
                for (int j = 0; j < 5; j++) {
                    update.setInt(1, 10_000 + i * 10 + j);
                    update.executeUpdate();
                }
                connection.commit();
            }
            assertThat(subject.trips() - before).isEqualTo(6);
            assertThat(value(9)).isEqualTo(10_024);
        }
    }

    @Test
    void shouldFailAsH2DoesWithNothingDone() throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE T SET V = ? WHERE ID = 11")) {
            update.setInt(1, 20_000);
            update.executeUpdate();
            long logged = logged();

            update.setInt(1, -1);
            assertThat(catchThrowable(update::executeUpdate))
                    .isInstanceOf(SQLIntegrityConstraintViolationException.class)
                    .hasMessageContaining("UPDATE T SET V = ? WHERE ID = 11")
                    .extracting(failure -> ((SQLException) failure).getErrorCode())
                    .isEqualTo(23513);

            assertThat(value(11)).isEqualTo(20_000);
            assertThat(logged()).isEqualTo(logged);
        }
    }
}
