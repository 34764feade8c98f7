package dev.weir.capture;

import static dev.weir.capture.CaptureLab.execute;
import static dev.weir.capture.CaptureLab.rows;
import static dev.weir.capture.CaptureLab.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.EntryState;
import dev.weir.log.LogTransaction;
import dev.weir.log.PendingSchemaChange;
import dev.weir.log.SchemaFingerprint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schema changes run and fail as on plain H2, each under an LSN of its own, and replay to the same schema. */
final class SchemaChangeTest {
    private static final String CANCELLED = "SELECT COUNT(*) FROM WEIR.LOG WHERE STATE = 'CANCELLED'";

    private CaptureLab lab;
    private CapturingConnection connection;

    @BeforeEach
    void open() throws SQLException {
        lab = new CaptureLab(";LOCK_TIMEOUT=300");
        connection = lab.connect();
        execute(
                connection,
                "CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER, S VARCHAR(20))",
                "INSERT INTO T VALUES (1, 1, 'a'), (2, 2, 'b')");
        lab.skip();
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        lab.close();
    }

    /** H2 itself drops an index under a transaction that has changed it, and then cannot write what would undo that. */
    @Test
    void shouldNotDropIndexUnderTransactionThatHasChangedIt() throws SQLException {
        String sql = "DROP INDEX IF EXISTS PUBLIC.\"I\"";
        execute(connection, "CREATE INDEX I ON T(N)");
        try (CapturingConnection writer = lab.connect()) {
            writer.setAutoCommit(false);
            update(writer, "UPDATE T SET N = 3 WHERE ID = 1");
            assertThatThrownBy(() -> execute(connection, sql))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(50200));
            writer.commit();
        }
        execute(connection, sql);
        lab.assertReplicaEqual();
    }

    /** H2 itself drops a schema's tables under a transaction that has changed them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DROP SCHEMA SC CASCADE            | UPDATE SC.X SET N = 3",
                "DROP SCHEMA IF EXISTS sc CASCADE; | SELECT * FROM SC.X FOR UPDATE",
                "DROP SCHEMA \"SC\" CASCADE       | DELETE FROM SC.X",
                "DROP TABLE SC.X                   | UPDATE SC.X SET N = 3",
                "DROP TABLE T, SC.X                | DELETE FROM SC.X"
            })
    void shouldNotDropTableUnderTransactionThatHasChangedIt(String drop, String write) throws SQLException {
        execute(
                connection,
                "CREATE SCHEMA SC",
                "CREATE TABLE SC.X(ID INTEGER PRIMARY KEY, N INTEGER UNIQUE)",
                "INSERT INTO SC.X VALUES (1, 1)",
                "SET LOCK_TIMEOUT 50");
        try (CapturingConnection writer = lab.connect()) {
            writer.setAutoCommit(false);
            execute(writer, write);
            assertThatThrownBy(() -> execute(connection, drop))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(50200));
            writer.commit();
        }
        execute(connection, "SET LOCK_TIMEOUT 60000", drop);
        assertThat(rows(connection, "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'SC'"))
                .isEmpty();
        lab.assertReplicaEqual();
    }

    @Test
    void shouldRefuseToDropAllObjects() {
        assertThatThrownBy(() -> execute(connection, "DROP ALL OBJECTS"))
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isIn("0A000", "42501");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE U(ID INTEGER PRIMARY KEY)",
                "CREATE TABLE IF NOT EXISTS T(X INTEGER)",
                "CREATE TABLE U(ID INTEGER PRIMARY KEY, T INTEGER REFERENCES T)",
                "CREATE INDEX I ON T(N)",
                "CREATE VIEW V AS SELECT * FROM T",
                "CREATE SEQUENCE SQ START WITH 5",
                "CREATE SCHEMA SC",
                "CREATE DOMAIN DM AS VARCHAR(10)",
                "CREATE SYNONYM SY FOR T",
                "ALTER TABLE T ADD COLUMN X INTEGER DEFAULT 5",
                "ALTER TABLE T ADD CONSTRAINT CN CHECK (N > 0)",
                "ALTER TABLE T ADD CONSTRAINT UN UNIQUE (N)",
                "ALTER TABLE T DROP COLUMN N",
                "ALTER TABLE T ALTER COLUMN N BIGINT",
                "ALTER TABLE T ALTER COLUMN N RENAME TO M",
                "ALTER TABLE T ALTER COLUMN N SET DEFAULT 7",
                "ALTER TABLE T RENAME TO TT",
                "TRUNCATE TABLE T",
                "DROP TABLE T",
                "COMMENT ON TABLE T IS 'it''s T'",
                "CREATE TABLE U AS SELECT ID, RANDOM_UUID() U FROM T WHERE S IN ('a', 'b')",
                "CREATE TABLE U(A INTEGER PRIMARY KEY, B VARCHAR(50)) AS SELECT ID, S || ' (as is)' FROM T;",
                "CREATE TABLE U AS SELECT * FROM T WITH NO DATA",
                "CREATE TABLE IF NOT EXISTS U(A INTEGER PRIMARY KEY, B TIMESTAMP) AS SELECT -1, CURRENT_TIMESTAMP"
            })
    void shouldReplayToSameSchemaWhenChanged(String sql) throws SQLException {
        execute(connection, sql);
        assertThat(lab.news()).isNotEmpty();
        assertThat(connection.lastCommittedLsn())
                .isEqualTo(lab.news().get(lab.news().size() - 1).lsn().value());
        assertThat(connection.getAutoCommit()).isTrue();
        lab.assertReplicaEqual();
        assertThat(SchemaFingerprint.of(lab.replica())).isEqualTo(SchemaFingerprint.of(lab.admin()));
        try (CapturingConnection other = lab.connect()) {
            execute(other, "CREATE TABLE AFTERWARDS(ID INTEGER PRIMARY KEY)", "INSERT INTO AFTERWARDS VALUES (1)");
        }
        lab.assertReplicaEqual();
    }

    @Test
    void shouldNeitherCreateNorFillATableThatExistsWhenToldSo() throws SQLException {
        execute(connection, "CREATE TABLE IF NOT EXISTS T(ID INTEGER PRIMARY KEY) AS SELECT 7");
        assertThat(lab.news()).isEmpty();
        assertThat(rows(connection, "SELECT COUNT(*) FROM T")).containsExactly(List.of("2"));
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        lab.assertReplicaEqual();
    }

    @Test
    void shouldCommitPendingWorkBeforeAsPlainH2Does() throws SQLException {
        connection.setAutoCommit(false);
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        execute(connection, "CREATE TABLE U(ID INTEGER PRIMARY KEY)");
        update(connection, "UPDATE T SET N = 6 WHERE ID = 1");
        connection.rollback();
        assertThat(lab.news()).hasSize(2);
        assertThat(connection.getAutoCommit()).isFalse();
        lab.assertReplicaEqual();
        assertThat(rows(connection, "SELECT N FROM T WHERE ID = 1")).containsExactly(List.of("5"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE T(ID INTEGER)",
                "CREATE INDEX I ON NOWHERE(N)",
                "DROP TABLE NOWHERE",
                "ALTER TABLE T ADD CONSTRAINT CN CHECK (N > 1)",
                "ALTER TABLE T ALTER COLUMN S INTEGER",
                "CREATE TABLE U AS SELECT 1 / (ID - 1) X FROM T"
            })
    void shouldFailAsPlainH2AndLeaveNothingWhenImpossible(String sql) throws SQLException {
        String expected;
        try (Connection plain = lab.plain()) {
            expected = stateOf(plain, sql);
        }
        String before = SchemaFingerprint.of(lab.admin());
        assertThat(stateOf(connection, sql)).isEqualTo(expected).isNotNull();
        assertThat(SchemaFingerprint.of(lab.admin())).isEqualTo(before);
        assertThat(rows(lab.admin(), "SELECT GATE FROM WEIR.HEAD")).containsExactly(List.of("0"));
        update(connection, "UPDATE T SET N = 5 WHERE ID = 1");
        assertThat(rows(lab.admin(), "SELECT COUNT(*) FROM WEIR.LOG WHERE STATE = 'PENDING'"))
                .containsExactly(List.of("0"));
        lab.assertReplicaEqual();
    }

    private static @org.jspecify.annotations.Nullable String stateOf(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return null;
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    @Test
    void shouldWaitForWritersOfTableWhenChangeCopiesIt() throws Exception {
        try (CapturingConnection writer = lab.connect()) {
            writer.setAutoCommit(false);
            update(writer, "UPDATE T SET N = 50 WHERE ID = 1");
            Thread changer = new Thread(() -> {
                try {
                    execute(connection, "ALTER TABLE T ADD COLUMN X INTEGER DEFAULT 9");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            changer.start();
            org.awaitility.Awaitility.await()
                    .until(() -> rows(lab.admin(), "SELECT GATE FROM WEIR.HEAD")
                            .get(0)
                            .get(0)
                            .equals("1"));
            writer.commit();
            changer.join(60_000);
            assertThat(changer.isAlive()).isFalse();
        }
        assertThat(lab.news()).hasSizeGreaterThanOrEqualTo(2);
        lab.assertReplicaEqual();
        assertThat(rows(connection, "SELECT N, X FROM T WHERE ID = 1")).containsExactly(List.of("50", "9"));
    }

    /** Whoever holds the lock can only let go of it while the change is not alone in the store. */
    @Test
    void shouldLetOthersWorkWhileChangeWaitsForALock() throws Exception {
        execute(connection, "CREATE TABLE U(ID INTEGER PRIMARY KEY)", "CREATE TABLE W(ID INTEGER PRIMARY KEY)");
        try (CapturingConnection holder = lab.connect();
                CapturingConnection changer = lab.connect()) {
            holder.setAutoCommit(false);
            update(holder, "INSERT INTO U VALUES (1)");
            execute(changer, "SET LOCK_TIMEOUT 20000");
            CompletableFuture<Void> change = CompletableFuture.runAsync(() -> {
                try {
                    execute(changer, "DROP TABLE T, U");
                } catch (SQLException e) {
                    throw new CompletionException(e);
                }
            });
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> change.isDone()
                            || !rows(lab.admin(), CANCELLED).get(0).equals(List.of("0")));
            for (int i = 0; i < 5; i++) {
                update(connection, "INSERT INTO W VALUES (" + i + ")");
            }
            assertThat(change).isNotDone();
            update(holder, "INSERT INTO U VALUES (2)");
            holder.commit();
            change.get(60, TimeUnit.SECONDS);
        }
        assertThat(rows(connection, "CALL LOCK_TIMEOUT()")).containsExactly(List.of("300"));
        lab.assertReplicaEqual();
    }

    @Test
    void shouldLetUserWithoutAdminRightsDoWhatPlainH2Allows() throws SQLException {
        execute(
                lab.admin(),
                "CREATE USER APP PASSWORD ''",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON T TO APP",
                "CREATE SCHEMA MINE AUTHORIZATION SA",
                "CREATE USER BOSS PASSWORD ''",
                "GRANT ALTER ANY SCHEMA TO BOSS");
        try (CapturingConnection app = lab.connect("APP");
                CapturingConnection boss = lab.connect("BOSS")) {
            update(app, "UPDATE T SET N = N + 1 WHERE ID > 0");
            update(app, "DELETE FROM T WHERE N = 2");
            assertThat(stateOf(app, "CREATE TABLE X(ID INTEGER)")).isEqualTo("90096");
            assertThat(stateOf(app, "DROP TABLE T")).isEqualTo("42501");
            assertThatThrownBy(() -> update(app, "MERGE INTO T(ID, N) KEY (N) VALUES (7, 3)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("owner");
            execute(boss, "CREATE TABLE Y(ID INTEGER PRIMARY KEY)", "INSERT INTO T VALUES (9, 9, 'boss')");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("90096");
        }
        lab.assertReplicaEqual();
    }

    @Test
    void shouldSettlePendingEntryByWhatTheSchemaShows() throws SQLException {
        pending("ALTER TABLE T ADD COLUMN X INTEGER");
        execute(lab.admin(), "ALTER TABLE T ADD COLUMN X INTEGER");
        PendingSchemaChange.settle(lab.admin());
        assertThat(last().state()).isEqualTo(EntryState.DONE);
        lab.assertReplicaEqual();

        pending("ALTER TABLE T ADD COLUMN Y INTEGER");
        PendingSchemaChange.settle(lab.admin());
        assertThat(last().state()).isEqualTo(EntryState.CANCELLED);
        lab.assertReplicaEqual();

        pending("TRUNCATE TABLE T");
        PendingSchemaChange.settle(lab.admin());
        assertThat(last().state()).isEqualTo(EntryState.DONE);
        lab.assertReplicaEqual();
        assertThat(rows(lab.admin(), "SELECT COUNT(*) FROM T")).containsExactly(List.of("0"));
        assertThat(PendingSchemaChange.settle(lab.admin())).isNull();
    }

    @Test
    void shouldLetReplicasCopyAnewWhenOthersHaveWrittenSinceTruncateWasAnnounced() throws SQLException {
        pending("TRUNCATE TABLE T");
        execute(connection, "INSERT INTO T VALUES (77, 7, 'since')");

        PendingSchemaChange.settle(lab.admin());

        assertThat(rows(lab.admin(), "SELECT COUNT(*) FROM T WHERE ID = 77")).containsExactly(List.of("1"));
        assertThat(rows(lab.admin(), "SELECT STATE, KIND FROM WEIR.LOG ORDER BY LSN DESC FETCH FIRST 3 ROWS ONLY"))
                .containsExactly(List.of("DONE", "BARRIER"), List.of("DONE", "DATA"), List.of("CANCELLED", "DDL"));
    }

    @Test
    void shouldLetReplicasCopyAnewWhenOthersHaveChangedSchemaSinceChangeWasAnnounced() throws SQLException {
        pending("ALTER TABLE T ADD COLUMN X INTEGER");
        execute(connection, "CREATE TABLE OTHER(ID INTEGER PRIMARY KEY)");

        PendingSchemaChange.settle(lab.admin());

        assertThat(rows(lab.admin(), "SELECT STATE, KIND FROM WEIR.LOG ORDER BY LSN DESC FETCH FIRST 3 ROWS ONLY"))
                .containsExactly(List.of("DONE", "BARRIER"), List.of("DONE", "DDL"), List.of("CANCELLED", "DDL"));
    }

    /** Leaves the log as a client does that dies between announcing a change and running it. */
    private void pending(String sql) throws SQLException {
        String fingerprint = SchemaFingerprint.of(lab.admin());
        execute(connection, "CREATE SCHEMA S" + System.nanoTime());
        long lsn = connection.lastCommittedLsn();
        execute(
                lab.admin(),
                rows(
                                lab.admin(),
                                "SELECT 'DROP SCHEMA \"' || SCHEMA_NAME || '\"' FROM INFORMATION_SCHEMA.SCHEMATA"
                                        + " WHERE REGEXP_LIKE(SCHEMA_NAME, '^S[0-9]+$')")
                        .get(0)
                        .get(0));
        dev.weir.log.BodyWriter body = new dev.weir.log.BodyWriter();
        body.append(new dev.weir.log.LoggedStatement.Ddl(dev.weir.log.SessionContext.DEFAULT, sql));
        byte[] bytes = body.toByteArray();
        long before = Long.parseLong(
                rows(lab.admin(), "SELECT COALESCE(MAX(DIGEST), 0) FROM WEIR.LOG WHERE LSN = " + (lsn - 1))
                        .get(0)
                        .get(0));
        long chain = dev.weir.log.Digest.next(before, dev.weir.log.Digest.of(dev.weir.log.EntryKind.DDL, bytes));
        update(
                lab.admin(),
                "UPDATE WEIR.LOG SET STATE = 'PENDING', BODY = ?, FINGERPRINT = ?, DIGEST = ? WHERE LSN = ?",
                bytes,
                fingerprint,
                chain,
                lsn);
        update(lab.admin(), "UPDATE WEIR.HEAD SET DIGEST = ?", chain);
    }

    private LogTransaction last() throws SQLException {
        List<LogTransaction> news = lab.news();
        return news.get(news.size() - 1);
    }
}
