package dev.weir.capture;

import static dev.weir.capture.CaptureLab.execute;
import static dev.weir.capture.CaptureLab.rows;
import static dev.weir.capture.CaptureLab.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches the log, and what does not, as transactions commit, roll back and fail. */
final class TransactionCaptureTest {
    private CaptureLab lab;
    private CapturingConnection connection;

    @BeforeEach
    void open() throws SQLException {
        lab = new CaptureLab(";LOCK_TIMEOUT=500");
        connection = lab.connect();
        execute(
                connection,
                "CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER, S VARCHAR(1000) UNIQUE)",
                "INSERT INTO T VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')");
        lab.skip();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        lab.close();
    }

    @Test
    void shouldLogOneEntryWhenTransactionCommits() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        update(connection, "DELETE FROM T WHERE N > 2 AND ID > 1");
        update(connection, "INSERT INTO T VALUES (9, 9, 'z')");
        assertThat(lab.news()).isEmpty();
        connection.commit();
        assertThat(lab.forms()).containsExactly("Sql", "DELETEx1", "Sql");
        assertThat(lab.news()).hasSize(1);
        assertThat(connection.lastCommittedLsn())
                .isEqualTo(lab.news().get(0).lsn().value());
        lab.assertReplicaEqual();
        connection.commit();
        assertThat(connection.lastCommittedLsn()).isZero();
        assertThat(lab.news()).isEmpty();
    }

    @Test
    void shouldLogNothingWhenRolledBackOrOnlyRead() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        connection.rollback();
        rows(connection, "SELECT * FROM T");
        connection.commit();
        assertThat(lab.news()).isEmpty();
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
        lab.assertReplicaEqual();
    }

    @Test
    void shouldRollBackWhenClosedWithOpenTransaction() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        connection = lab.connect();
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
        lab.assertReplicaEqual();
    }

    @Test
    void shouldCommitWhenAutoCommitIsSetWithinTransaction() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        connection.setAutoCommit(true);
        assertThat(lab.news()).hasSize(1);
        lab.assertReplicaEqual();
    }

    @Test
    void shouldForgetTailWhenRolledBackToSavepoint() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 10 WHERE ID = 1");
        Savepoint first = connection.setSavepoint();
        update(connection, "UPDATE T SET N = 20 WHERE ID = 2");
        Savepoint second = connection.setSavepoint("two");
        update(connection, "UPDATE T SET N = 30 WHERE ID = 3");
        connection.rollback(second);
        update(connection, "UPDATE T SET N = 31 WHERE ID = 3");
        connection.releaseSavepoint(second);
        connection.rollback(first);
        update(connection, "UPDATE T SET N = 32 WHERE ID = 3");
        connection.commit();
        assertThat(lab.forms()).hasSize(2);
        lab.assertReplicaEqual();
    }

    @Test
    void shouldFollowTransactionControlWhenGivenAsText() throws SQLException {
        execute(
                connection,
                "BEGIN",
                "UPDATE T SET N = 10 WHERE ID = 1",
                "SAVEPOINT sp",
                "UPDATE T SET N = 20 WHERE ID = 2",
                "ROLLBACK TO SAVEPOINT SP",
                "UPDATE T SET N = 30 WHERE ID = 3",
                "COMMIT");
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(lab.forms()).hasSize(2);
        assertThat(lab.news()).hasSize(1);
        execute(connection, "BEGIN", "DELETE FROM T", "ROLLBACK");
        assertThat(connection.getAutoCommit()).isTrue();
        lab.assertReplicaEqual();
        assertThat(rows(connection, "SELECT COUNT(*) FROM T")).containsExactly(List.of("3"));
    }

    @Test
    void shouldKeepTransactionWhenStatementInItFails() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 10 WHERE ID = 1");
        assertThatThrownBy(() -> update(connection, "INSERT INTO T VALUES (7, 7, 'ok'), (8, 8, 'a')"))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> update(connection, "UPDATE T SET S = 'b'")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> update(connection, "DELETE FROM T WHERE 1 / (ID - 2) = 0"))
                .isInstanceOf(SQLException.class);
        update(connection, "UPDATE T SET N = 20 WHERE ID = 2");
        connection.commit();
        assertThat(lab.forms()).hasSize(2);
        lab.assertReplicaEqual();
    }

    @Test
    void shouldUndoFailedDeleteWhenInAutoCommit() throws SQLException {
        assertThatThrownBy(() -> update(connection, "DELETE FROM T WHERE 1 / (3 - ID) > -1"))
                .isInstanceOf(SQLException.class);
        assertThat(rows(connection, "SELECT COUNT(*) FROM T")).containsExactly(List.of("3"));
        assertThat(lab.news()).isEmpty();
        lab.assertReplicaEqual();
    }

    @Test
    void shouldKeepSuccessfulElementsWhenBatchFailsInPart() throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO T VALUES (?, ?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            add(insert, 11, 1, "k");
            add(insert, 12, 1, "a");
            add(insert, 13, 1, "m");
            assertThatThrownBy(insert::executeBatch)
                    .isInstanceOfSatisfying(
                            BatchUpdateException.class,
                            e -> assertThat(e.getUpdateCounts()).containsExactly(1, Statement.EXECUTE_FAILED, 1));
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                assertThat(keys.getInt(1)).isEqualTo(11);
                keys.next();
                assertThat(keys.getInt(1)).isEqualTo(13);
                assertThat(keys.next()).isFalse();
            }
        }
        assertThat(lab.news()).hasSize(1);
        assertThat(lab.forms()).containsExactly("Sql", "Sql");
        lab.assertReplicaEqual();
    }

    private static void add(PreparedStatement insert, int id, int n, String s) throws SQLException {
        insert.setInt(1, id);
        insert.setInt(2, n);
        insert.setString(3, s);
        insert.addBatch();
    }

    @Test
    void shouldLogBatchesOfEveryPlan() throws SQLException {
        execute(connection, "CREATE TABLE A(ID BIGINT AUTO_INCREMENT PRIMARY KEY, N INTEGER, D TIMESTAMP)");
        lab.skip();
        batch("INSERT INTO A(N, D) VALUES (?, ?)", 1, 2, 3);
        batch("UPDATE A SET D = ? WHERE N = ?", 1, 2, 2);
        batch("UPDATE A SET D = NULL WHERE ID = ?", 1, 2);
        batch("DELETE FROM A WHERE ID = ?", 1);
        batch("DELETE FROM A WHERE N >= ?", 3, 2);
        assertThat(lab.forms()).containsExactly("INSERTx3", "UPDATEx3", "Sql", "Sql", "Sql", "DELETEx1", "DELETEx1");
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("INSERT INTO A(N) VALUES (1)");
            statement.addBatch("NOT SQL");
            statement.addBatch("DELETE FROM T WHERE ID = 1");
            assertThatThrownBy(statement::executeBatch)
                    .isInstanceOfSatisfying(
                            BatchUpdateException.class,
                            e -> assertThat(e.getUpdateCounts()).containsExactly(1, Statement.EXECUTE_FAILED, 1));
        }
        lab.assertReplicaEqual();
    }

    private void batch(String sql, int... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int parameters = statement.getParameterMetaData().getParameterCount();
            for (int value : values) {
                for (int i = 1; i <= parameters; i++) {
                    if (statement.getParameterMetaData().getParameterTypeName(i).startsWith("TIMESTAMP")) {
                        statement.setTimestamp(i, new Timestamp(1_000_000L * value));
                    } else {
                        statement.setInt(i, value);
                    }
                }
                statement.addBatch();
            }
            assertThat(Arrays.stream(statement.executeBatch()).sum()).isPositive();
        }
    }

    @Test
    void shouldBindEveryKindOfParameter() throws SQLException {
        execute(
                connection,
                "CREATE TABLE P(ID INTEGER PRIMARY KEY, A CLOB, B BLOB, C TIMESTAMP(9), D DATE, E TIME, F DECIMAL(20, 5), G BOOLEAN,"
                        + " H REAL, I VARBINARY(100), J JSON, K UUID, L INTEGER ARRAY, M TIMESTAMP(9) WITH TIME ZONE)");
        String sql = "INSERT INTO P VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FORMAT JSON, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setInt(1, 1);
            insert.setCharacterStream(2, new StringReader("x".repeat(300_000)));
            insert.setBinaryStream(3, new ByteArrayInputStream(new byte[700_000]), 700_000);
            insert.setTimestamp(4, Timestamp.valueOf("2026-01-02 03:04:05.123456789"));
            insert.setDate(5, Date.valueOf("2026-01-02"), Calendar.getInstance(TimeZone.getTimeZone("Asia/Tokyo")));
            insert.setTime(6, Time.valueOf("01:02:03"));
            insert.setBigDecimal(7, new BigDecimal("12.34500"));
            insert.setBoolean(8, true);
            insert.setFloat(9, 0.1f);
            insert.setBytes(10, new byte[] {1, 2});
            insert.setString(11, "{\"a\": [1]}");
            insert.setObject(12, java.util.UUID.randomUUID());
            insert.setArray(13, connection.createArrayOf("INTEGER", new Object[] {1, null, 3}));
            insert.setObject(14, java.time.OffsetDateTime.parse("2026-01-02T03:04:05.123456789+05:30"));
            insert.executeUpdate();
            insert.setInt(1, 2);
            insert.setNull(2, java.sql.Types.CLOB);
            insert.setBlob(3, new ByteArrayInputStream(new byte[] {7}));
            insert.addBatch();
            assertThat(insert.executeBatch()).containsExactly(1);
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE P SET A = ?, C = ? WHERE ID = ?")) {
            update.setClob(1, new StringReader("short"));
            update.setObject(2, java.time.LocalDateTime.parse("2026-03-29T02:30:00"));
            update.setInt(3, 1);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
        lab.assertReplicaEqual();
    }

    @Test
    void shouldCarryBodyOfManyChunks() throws SQLException {
        connection.setAutoCommit(false);
        for (int i = 0; i < 20; i++) {
            update(
                    connection,
                    "INSERT INTO T VALUES (?, 0, ?)",
                    100 + i,
                    String.valueOf((char) ('a' + i)).repeat(1000));
        }
        execute(connection, "CREATE TABLE BIG(ID INTEGER PRIMARY KEY, V VARBINARY(3000000))");
        update(connection, "INSERT INTO BIG VALUES (1, ?)", (Object) new byte[2_500_000]);
        connection.commit();
        lab.assertReplicaEqual();
    }

    @Test
    void shouldForgetEverythingWhenDeadlockVictim() throws Exception {
        try (CapturingConnection other = lab.connect()) {
            connection.setAutoCommit(false);
            other.setAutoCommit(false);
            update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
            update(other, "UPDATE T SET N = 200 WHERE ID = 2");
            ExecutorService executor = Executors.newSingleThreadExecutor();
            try {
                Future<?> blocked = executor.submit(() -> {
                    try {
                        update(other, "UPDATE T SET N = 201 WHERE ID = 1");
                    } catch (SQLException e) {
                        // one of the two is the victim
                    }
                    return null;
                });
                try {
                    update(connection, "DELETE FROM T WHERE N = 2 OR ID = 2");
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).isIn("40001", "HYT00");
                }
                blocked.get(60, TimeUnit.SECONDS);
            } finally {
                executor.shutdownNow();
            }
            connection.commit();
            other.commit();
        }
        lab.assertReplicaEqual();
    }

    @Test
    void shouldNotDeadlockWhenSecondConnectionCommitsWithinOpenTransaction() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
        try (CapturingConnection inner = lab.connect()) {
            inner.setAutoCommit(false);
            update(inner, "INSERT INTO T VALUES (50, 0, 'inner')");
            inner.commit();
            assertThat(inner.lastCommittedLsn()).isPositive();
        }
        connection.commit();
        assertThat(lab.news()).hasSize(2);
        lab.assertReplicaEqual();
    }

    @Test
    void shouldFailCommitWhenEpochHasChanged() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
        update(lab.admin(), "UPDATE WEIR.HEAD SET EPOCH = 2");
        assertThatThrownBy(connection::commit).isInstanceOf(SQLRecoverableException.class);
        assertThatThrownBy(() -> execute(connection, "CREATE TABLE NEW(ID INTEGER)"))
                .isInstanceOf(SQLRecoverableException.class);
        assertThatThrownBy(() -> execute(connection, "DROP TABLE T")).isInstanceOf(SQLRecoverableException.class);
        assertThat(rows(lab.admin(), "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
        assertThat(lab.news()).isEmpty();
    }

    @Test
    void shouldSayOutcomeIsUnknownWhenConnectionBreaksInCommit() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
        connection.unwrap(org.h2.jdbc.JdbcConnection.class).getSession().close();
        assertThatThrownBy(connection::commit)
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08007");
    }

    @Test
    void shouldRollBackAndLogNothingWhenLogCannotBeWritten() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
        try (Connection blocker = lab.plain()) {
            blocker.setAutoCommit(false);
            update(blocker, "UPDATE WEIR.HEAD SET GATE = GATE");
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("HYT00");
        }
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
        assertThat(lab.news()).isEmpty();
        update(connection, "UPDATE T SET N = 101 WHERE ID = 1");
        connection.commit();
        lab.assertReplicaEqual();
    }

    @Test
    void shouldHoldNoRowLocksWhenReadInAutoCommit() throws SQLException {
        update(connection, "UPDATE T SET N = 100 WHERE ID = 1");
        rows(connection, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");
        assertThat(update(lab.admin(), "UPDATE T SET N = 100 WHERE ID = 1")).isEqualTo(1);
    }

    @Test
    void shouldCarrySchemaAndTimeZoneOfSession() throws SQLException {
        execute(
                connection,
                "CREATE SCHEMA OTHER",
                "SET SCHEMA OTHER",
                "CREATE TABLE T(ID INTEGER PRIMARY KEY, Z TIMESTAMP WITH TIME ZONE)",
                "INSERT INTO T VALUES (1, NULL)",
                "SET TIME ZONE 'Asia/Tokyo'",
                "INSERT INTO T VALUES (2, '2026-01-01 00:00:00')");
        connection.setSchema("PUBLIC");
        execute(connection, "INSERT INTO T VALUES (77, 0, 'public')");
        assertThat(lab.forms()).contains("Sql");
        lab.assertReplicaEqual();
    }

    @Test
    void shouldCallFunctionsThatDoNotWriteAndRefuseThoseThatDo() throws SQLException {
        execute(
                connection,
                "CREATE ALIAS HARMLESS FOR 'java.lang.Math.abs(int)'",
                "CREATE ALIAS WRITES FOR '" + Routines.class.getName() + ".write'");
        assertThat(rows(connection, "CALL HARMLESS(-5)")).containsExactly(List.of("5"));
        assertThat(rows(connection, "SELECT HARMLESS(-5)")).containsExactly(List.of("5"));
        for (String sql : List.of("CALL WRITES()", "SELECT WRITES()", "SELECT N FROM T WHERE N = writes()")) {
            assertThatThrownBy(() -> rows(connection, sql))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .as(sql)
                    .isEqualTo("0A000");
        }
        assertThatThrownBy(() -> update(connection, "INSERT INTO T VALUES (9, WRITES(), 'x')"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("WRITES");
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
    }

    @Test
    void shouldOnlyAllowRollbackWhenExecutedChangeCannotBeLogged() throws SQLException {
        execute(connection, "CREATE TABLE ODD(ID INTEGER PRIMARY KEY, R ROW(A INTEGER) ARRAY)");
        lab.skip();
        execute(lab.admin(), "INSERT INTO ODD VALUES (1, ARRAY[ROW(1)])");
        connection.setAutoCommit(false);
        assertThatThrownBy(() -> update(connection, "INSERT INTO ODD SELECT ID + 1, R FROM ODD"))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> update(connection, "UPDATE T SET N = 9 WHERE ID = 1"))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        assertThat(rows(connection, "SELECT ID FROM ODD")).containsExactly(List.of("1"));
        execute(lab.admin(), "DELETE FROM ODD");
        update(connection, "UPDATE T SET N = 9 WHERE ID = 1");
        connection.commit();
        lab.assertReplicaEqual();
    }

    /** A routine that writes behind the driver's back. */
    public static final class Routines {
        private Routines() {}

        public static int write(Connection connection) throws SQLException {
            return update(connection, "UPDATE T SET N = -1 WHERE ID = 1");
        }
    }

    @Test
    void shouldRollBackAndAskForRepetitionWhenTableWasAlteredBehind() throws SQLException {
        connection.setAutoCommit(false);
        rows(connection, "SELECT * FROM T");
        execute(lab.admin(), "ALTER TABLE T ADD COLUMN BEHIND INTEGER DEFAULT 7");
        update(lab.admin(), "UPDATE WEIR.HEAD SET SCHEMA_LSN = SCHEMA_LSN + 1");
        update(connection, "UPDATE T SET N = 100 WHERE N = 1");
        assertThatThrownBy(connection::commit)
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("40001");
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("1"));
        update(connection, "UPDATE T SET N = 100 WHERE N = 1");
        connection.commit();
        assertThat(connection.lastCommittedLsn()).isPositive();
    }

    @Test
    void shouldCommitWhenOtherTableWasAlteredMeanwhile() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 100 WHERE N = 1");
        try (CapturingConnection other = lab.connect()) {
            execute(other, "CREATE TABLE ELSEWHERE(ID INTEGER PRIMARY KEY)", "INSERT INTO ELSEWHERE VALUES (1)");
        }
        connection.commit();
        lab.assertReplicaEqual();
    }
}
