package dev.weir.it;

import static dev.weir.it.PostgresSessionTest.count;
import static dev.weir.it.PostgresSessionTest.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import dev.weir.it.h2.H2EmbeddedExtension.OnFiles;
import dev.weir.it.h2.H2Store;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everyday JDBC on an embedded cluster: where it runs, and what arrives on the replicas. */
@ExtendWith(H2EmbeddedExtension.class)
final class EmbeddedJdbcTest {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    @Test
    void shouldReadNewTableAtOnceWhenDdlHasReturned(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            for (int i = 0; i < 20; i++) {
                execute(connection, "CREATE TABLE T" + i + "(ID INT PRIMARY KEY)");
                assertThat(count(connection, "SELECT COUNT(*) FROM T" + i)).isZero();
                execute(connection, "INSERT INTO T" + i + " VALUES (1)");
                execute(connection, "ALTER TABLE T" + i + " ADD COLUMN NAME VARCHAR(10) DEFAULT 'x'");
                assertThat(count(connection, "SELECT COUNT(*) FROM T" + i + " WHERE NAME = 'x'"))
                        .isEqualTo(1);
            }
        }
        assertEqual(cluster);
    }

    @Test
    void shouldReplicateDdlOfEveryKind(@OnFiles H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE SCHEMA S");
            execute(connection, "CREATE TABLE S.PARENT(ID INT PRIMARY KEY, NAME VARCHAR(20))");
            execute(
                    connection,
                    "CREATE TABLE S.CHILD(ID INT PRIMARY KEY, PARENT INT REFERENCES S.PARENT ON DELETE CASCADE)");
            execute(connection, "INSERT INTO S.PARENT VALUES (1, 'a'), (2, 'b')");
            execute(connection, "INSERT INTO S.CHILD VALUES (10, 1), (20, 2)");
            execute(connection, "DELETE FROM S.PARENT WHERE ID = 1");
            execute(connection, "CREATE INDEX S.PARENT_NAME ON S.PARENT(NAME)");
            execute(connection, "CREATE VIEW S.V AS SELECT NAME FROM S.PARENT");
            execute(connection, "CREATE SEQUENCE S.SEQ");
            execute(connection, "INSERT INTO S.PARENT VALUES (NEXT VALUE FOR S.SEQ + 100, 'from a sequence')");
            execute(connection, "ALTER TABLE S.PARENT ADD COLUMN CODE INT DEFAULT 7 NOT NULL");
            execute(connection, "ALTER TABLE S.PARENT ADD COLUMN U UUID DEFAULT RANDOM_UUID()");
            assertThatThrownBy(() -> execute(connection, "CREATE MATERIALIZED VIEW S.M AS SELECT * FROM S.PARENT"))
                    .isInstanceOf(SQLFeatureNotSupportedException.class)
                    .hasMessageContaining("not executed");
            execute(connection, "ALTER TABLE S.PARENT ALTER COLUMN NAME RENAME TO TITLE");
            execute(connection, "CREATE TABLE S.COPIED AS SELECT ID, TITLE, RANDOM_UUID() U FROM S.PARENT");
            execute(connection, "ALTER TABLE S.COPIED RENAME TO S.RENAMED");
            execute(connection, "CREATE TABLE S.GONE(ID INT)");
            execute(connection, "DROP TABLE S.GONE");
            execute(connection, "TRUNCATE TABLE S.CHILD");
        }
        assertEqual(cluster);
    }

    @Test
    void shouldReplicateParametersOfEveryJdbcType(@OnFiles H2EmbeddedCluster cluster) throws SQLException {
        byte[] large = new byte[300_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }
        String text = "weir\u20ac\u5800".repeat(40_000);
        try (Connection connection = cluster.connect()) {
            execute(connection, """
                    CREATE TABLE EVERYTHING(ID INT PRIMARY KEY, B BOOLEAN, TI TINYINT, SI SMALLINT, BI BIGINT,
                      R REAL, D DOUBLE PRECISION, N NUMERIC(30, 10), DF DECFLOAT(30), C CHAR(5), V VARCHAR(100), VI VARCHAR_IGNORECASE(20),
                      BIN BINARY(4), VB VARBINARY(100), DT DATE, TM TIME(9), TMZ TIME(3) WITH TIME ZONE, TS TIMESTAMP(9),
                      TSZ TIMESTAMP(9) WITH TIME ZONE, U UUID, A INTEGER ARRAY, J JSON, E ENUM('red', 'blue'),
                      G GEOMETRY, I INTERVAL DAY TO SECOND, JO JAVA_OBJECT, CL CLOB, BL BLOB)""");
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO EVERYTHING VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FORMAT JSON, ?, ?, ?, ?, ?, ?)")) {
                fill(insert, 1, text, large);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                for (int i = 2; i <= 28; i++) {
                    insert.setNull(i, Types.NULL);
                }
                insert.setInt(1, 2);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                fill(insert, 3, text, large);
                insert.setClob(27, new StringReader(text));
                insert.setBlob(28, new ByteArrayInputStream(large));
                assertThat(insert.executeUpdate()).isEqualTo(1);
                fill(insert, 4, text, large);
                insert.setCharacterStream(27, new StringReader(text), text.length());
                insert.setBinaryStream(28, new ByteArrayInputStream(large), large.length);
                assertThat(insert.executeUpdate()).isEqualTo(1);
            }
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE EVERYTHING SET CL = ?, BL = ? WHERE ID = 1")) {
                update.setString(1, text + "!");
                update.setBytes(2, "short".getBytes(StandardCharsets.UTF_8));
                assertThat(update.executeUpdate()).isEqualTo(1);
            }
            execute(connection, "UPDATE EVERYTHING SET TS = DATEADD(DAY, 1, TS), N = N * 3 WHERE V LIKE 'v%'");
            execute(connection, "DELETE FROM EVERYTHING WHERE ID = 3");
        }
        assertEqual(cluster);
        for (H2Store replica : cluster.replicas()) {
            assertThat(replica.number("SELECT COUNT(*) FROM EVERYTHING")).isEqualTo(3);
            assertThat(replica.number("SELECT CHAR_LENGTH(CL) FROM EVERYTHING WHERE ID = 4"))
                    .isEqualTo(text.length());
        }
    }

    private static void fill(PreparedStatement insert, int id, String text, byte[] large) throws SQLException {
        insert.setInt(1, id);
        insert.setBoolean(2, true);
        insert.setByte(3, (byte) -7);
        insert.setShort(4, (short) 300);
        insert.setLong(5, Long.MIN_VALUE);
        insert.setFloat(6, 1.5F);
        insert.setDouble(7, Math.PI);
        insert.setBigDecimal(8, new BigDecimal("12345678901234567890.0123456789"));
        insert.setObject(9, new BigDecimal("1E+25"));
        insert.setString(10, "ab");
        insert.setString(11, "v'\"\n\u20ac");
        insert.setNString(12, "MiXed");
        insert.setBytes(13, new byte[] {1, 2, 3, 4});
        insert.setBytes(14, new byte[] {0, -1});
        insert.setDate(15, Date.valueOf(LocalDate.of(2024, 2, 29)));
        insert.setObject(16, LocalTime.of(23, 59, 59, 123_456_789));
        insert.setTime(17, Time.valueOf("12:34:56"));
        insert.setTimestamp(18, Timestamp.valueOf(LocalDateTime.of(2024, 3, 1, 4, 5, 6, 123_456_789)));
        insert.setObject(19, OffsetDateTime.of(2024, 3, 1, 4, 5, 6, 7, ZoneOffset.ofHoursMinutes(5, 30)));
        insert.setObject(20, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
        insert.setObject(21, new Integer[] {1, null, 3});
        insert.setString(22, "{\"a\": [1, null, \"x\"]}");
        insert.setString(23, "blue");
        insert.setString(24, "POINT (1 2)");
        insert.setObject(25, Duration.ofMinutes(90));
        insert.setObject(26, new byte[] {-84, -19, 0, 5, 116, 0, 1, 120}, Types.JAVA_OBJECT);
        insert.setString(27, text);
        insert.setBytes(28, large);
    }

    @Test
    void shouldReturnGeneratedKeysAndBatchCounts(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(
                    connection,
                    "CREATE TABLE ITEM(ID BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, NAME VARCHAR(20), CODE UUID DEFAULT RANDOM_UUID())");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO ITEM(NAME) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < 3; i++) {
                    insert.setString(1, "batch " + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    for (long id = 1; id <= 3; id++) {
                        assertThat(keys.next()).isTrue();
                        assertThat(keys.getLong("ID")).isEqualTo(id);
                        assertThat(keys.getObject("CODE", UUID.class)).isNotNull();
                    }
                    assertThat(keys.next()).isFalse();
                }
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO ITEM(NAME) VALUES (?), (?)", new String[] {"ID"})) {
                insert.setString(1, "a");
                insert.setString(2, "b");
                assertThat(insert.executeLargeUpdate()).isEqualTo(2);
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.getMetaData().getColumnCount()).isEqualTo(1);
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isEqualTo(4);
                }
            }
            try (Statement batch = connection.createStatement()) {
                batch.addBatch("UPDATE ITEM SET NAME = 'x' WHERE ID > 2");
                batch.addBatch("DELETE FROM ITEM WHERE NAME = 'x' AND ID < 4");
                assertThat(batch.executeBatch()).containsExactly(3, 1);
            }
            assertThat(count(connection, "SELECT COUNT(*) FROM ITEM")).isEqualTo(4);
        }
        assertEqual(cluster);
    }

    @Test
    void shouldUndoWhatRollbacksAndSavepointsUndo(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY, N INT)");
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO ITEM VALUES (1, 1)");
            java.sql.Savepoint kept = connection.setSavepoint();
            execute(connection, "INSERT INTO ITEM VALUES (2, 2)");
            java.sql.Savepoint named = connection.setSavepoint("named");
            execute(connection, "UPDATE ITEM SET N = 9 WHERE ID <= 2");
            connection.rollback(named);
            execute(connection, "INSERT INTO ITEM VALUES (3, 3)");
            connection.releaseSavepoint(kept);
            assertThatThrownBy(() -> execute(connection, "INSERT INTO ITEM VALUES (4, 4), (1, 1)"))
                    .isInstanceOf(SQLException.class);
            connection.commit();
            execute(connection, "DELETE FROM ITEM");
            connection.rollback();
            connection.setAutoCommit(true);
            assertThat(count(connection, "SELECT SUM(N) FROM ITEM")).isEqualTo(6);
        }
        assertEqual(cluster);
    }

    @Test
    void shouldRunReadOnlyTransactionOnOneReplicaAndWritesOnThePrimary() throws SQLException {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(2, ";weir.readOnlyFunctions=DATABASE")) {
            try (Connection connection = cluster.connect()) {
                execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
                Equality.awaitCaughtUp(cluster, CATCH_UP);
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                String first = databaseName(connection);
                assertThat(first).contains("replica");
                for (int i = 0; i < 20; i++) {
                    assertThat(count(connection, "SELECT COUNT(*) FROM ITEM")).isZero();
                    assertThat(databaseName(connection)).isEqualTo(first);
                }
                assertThatThrownBy(() -> execute(connection, "INSERT INTO ITEM VALUES (1)"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refused -> assertThat(refused.getSQLState()).isEqualTo("25006"));
                connection.rollback();
                connection.setReadOnly(false);
                execute(connection, "INSERT INTO ITEM VALUES (1)");
                assertThat(databaseName(connection)).doesNotContain("replica");
                connection.commit();
            }
            assertEqual(cluster);
        }
    }

    /** Which store answers, by its own word. */
    private static String databaseName(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT DATABASE()")) {
            row.next();
            return row.getString(1).toLowerCase(Locale.ROOT);
        }
    }

    @Test
    void shouldSpreadReadsOverReplicasAndNoneToThePrimary(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
            Equality.awaitCaughtUp(cluster, CATCH_UP);
            Awaitility.await("reads by both replicas").atMost(CATCH_UP).until(() -> {
                count(connection, "SELECT COUNT(*) FROM ITEM");
                return WeirNodes.of(connection).stream()
                        .filter(WeirNodes.Row::isReplica)
                        .allMatch(node -> node.reads() > 0);
            });
        }
    }

    @Test
    void shouldRefuseWritesToReplicasEvenPastWeir(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
        }
        Equality.awaitCaughtUp(cluster, CATCH_UP);
        for (H2Store replica : cluster.replicas()) {
            try (Connection connection = replica.open()) {
                for (String write : new String[] {
                    "INSERT INTO ITEM VALUES (1)",
                    "CREATE TABLE X(ID INT)",
                    "DROP TABLE ITEM",
                    "UPDATE WEIR.HEAD SET LSN = 0"
                }) {
                    assertThatThrownBy(() -> execute(connection, write))
                            .as("%s on %s", write, replica)
                            .isInstanceOf(SQLException.class);
                }
            }
        }
    }

    private static void assertEqual(H2EmbeddedCluster cluster) throws SQLException {
        Equality.awaitCaughtUp(cluster, CATCH_UP);
        assertThat(Equality.differences(cluster)).isEmpty();
    }
}
