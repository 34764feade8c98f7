package dev.weir.capture;

import static dev.weir.capture.CaptureLab.execute;
import static dev.weir.capture.CaptureLab.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.h2.api.ErrorCode;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that wait for the lock on a table that goes, and another comes in its place. */
final class ReplacedTableTest {
    private static final String ANOTHER_SCHEMA = "UPDATE WEIR.HEAD SET SCHEMA_LSN = SCHEMA_LSN + 1";

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private CaptureLab lab;
    private CapturingConnection connection;
    private Connection changes;

    @BeforeEach
    void open() throws SQLException {
        lab = new CaptureLab(";LOCK_TIMEOUT=60000");
        connection = lab.connect();
        changes = lab.plain();
        execute(
                connection,
                "CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER)",
                "CREATE TABLE U(ID INTEGER PRIMARY KEY)",
                "INSERT INTO T VALUES (1, 1), (2, 2)");
        changes.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        thread.shutdownNow();
        changes.close();
        connection.close();
        lab.close();
    }

    /** Executes while the table is replaced by one with the rows 1, 2 and 3. */
    private long executeWhileReplaced(String sql, String andThen) throws Exception {
        execute(changes, "ALTER TABLE T SET REFERENTIAL_INTEGRITY TRUE"); // locks it
        Future<Long> result = thread.submit(() -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql) ? -1 : statement.getLargeUpdateCount();
            }
        });
        SessionLocal session = (SessionLocal)
                connection.delegate().unwrap(JdbcConnection.class).getSession();
        Awaitility.await().until(() -> session.getWaitForLock() != null);
        execute(
                changes,
                "EXECUTE IMMEDIATE 'DROP TABLE T'",
                "EXECUTE IMMEDIATE 'CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER, MORE INTEGER)'",
                "INSERT INTO T(ID, N) VALUES (1, 1), (2, 2), (3, 3)",
                andThen);
        changes.commit();
        try {
            return result.get(1, TimeUnit.MINUTES);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof SQLException e ? e : failed;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE T SET N = N + 1 WHERE ID IN (1, 2, 3)",
                "UPDATE T SET N = N + 1",
                "DELETE FROM T WHERE N > 0",
                "INSERT INTO T(ID, N) VALUES (4, 4), (5, 5), (6, 6)"
            })
    void shouldRepeatStatementThatIsAlone(String sql) throws Exception {
        assertThat(executeWhileReplaced(sql, ANOTHER_SCHEMA)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE T SET N = N + 1 WHERE ID = 1",
                "UPDATE T SET N = N + 1",
                "DELETE FROM T WHERE N > 0",
                "SELECT * FROM T FOR UPDATE"
            })
    void shouldRollBackTransaction(String sql) throws Exception {
        connection.setAutoCommit(false);
        execute(connection, "INSERT INTO U VALUES (1)");
        assertThatThrownBy(() -> {
                    executeWhileReplaced(sql, ANOTHER_SCHEMA);
                    connection.commit(); // H2 itself says of some statements that they found no row
                })
                .isInstanceOf(SQLTransactionRollbackException.class)
                .hasMessageContaining("altered")
                .extracting("SQLState")
                .isEqualTo("40001");
        connection.rollback();
        assertThat(rows(connection, "SELECT * FROM U")).isEmpty();
        execute(connection, "UPDATE T SET N = 7 WHERE ID = 3");
        connection.commit();
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 3")).containsExactly(List.of("7"));
    }

    @Test
    void shouldTellErrorAsItIsWhenSchemaIsNotKnownToHaveChanged() {
        assertThatThrownBy(() -> executeWhileReplaced("UPDATE T SET N = N + 1", "SET @NOTHING = 1"))
                .isInstanceOf(SQLException.class)
                .extracting("errorCode")
                .isEqualTo(ErrorCode.DATABASE_IS_CLOSED);
    }
}
