package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 26 to 28 and 34 of the table of hazards, in so far as JDBC and not the text makes them: batches, streams, updatable results, writes to a replica. */
final class FormHazardsTest {
    private static H2EmbeddedCluster cluster;
    private static Connection connection;

    @BeforeAll
    static void open() throws SQLException {
        cluster = H2EmbeddedCluster.inMemory(1);
        connection = cluster.connect();
        execute("CREATE TABLE T(ID INTEGER PRIMARY KEY, U UUID DEFAULT RANDOM_UUID())");
        execute("CREATE TABLE L(ID INTEGER PRIMARY KEY, B BLOB, C CLOB)");
        execute("CREATE TABLE BAG(B BLOB, C CLOB)");
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
        cluster.close();
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Row 26: H2 goes on after an element that fails, so a log of the whole batch would fail, or do it twice. */
    @Test
    void shouldReplicateElementsThatSucceedWhenABatchFailsInPart() throws SQLException {
        execute("DELETE FROM T");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO T(ID) VALUES (?)")) {
            for (int id : new int[] {1, 2, 1, 3}) {
                insert.setInt(1, id);
                insert.addBatch();
            }
            assertThatThrownBy(insert::executeBatch)
                    .isInstanceOf(BatchUpdateException.class)
                    .satisfies(e -> assertThat(((BatchUpdateException) e).getUpdateCounts())
                            .containsExactly(1, 1, Statement.EXECUTE_FAILED, 1));
        }
        try (Statement batch = connection.createStatement()) {
            batch.addBatch("INSERT INTO T(ID) VALUES (10)");
            batch.addBatch("INSERT INTO T(ID) VALUES (1)");
            batch.addBatch("DELETE FROM T WHERE ID = 2");
            assertThatThrownBy(batch::executeBatch).isInstanceOf(BatchUpdateException.class);
        }
        assertThat(cluster.primary().number("SELECT SUM(ID) FROM T")).isEqualTo(14);
        HazardLab.assertEqual(cluster);
    }

    /** Row 27: a stream is drained by the first execution, so whoever repeats the statement with it stores nothing. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 257, 70_000, 1_100_000})
    void shouldReplicateLargeObjectsGivenAsStreams(int size) throws SQLException, IOException {
        execute("DELETE FROM L");
        execute("DELETE FROM BAG");
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        String text = "\u00e4x\ud83d\ude00".repeat(size / 4) + "z".repeat(size % 4);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO L VALUES (?, ?, ?)")) {
            insert.setInt(1, size);
            insert.setBinaryStream(2, new ByteArrayInputStream(bytes));
            insert.setCharacterStream(3, new StringReader(text));
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
        execute("INSERT INTO BAG SELECT B, C FROM L");
        try (PreparedStatement update = connection.prepareStatement("UPDATE BAG SET B = ?")) {
            update.setBinaryStream(1, new ByteArrayInputStream(bytes, 0, size / 2));
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
        execute("DELETE FROM BAG WHERE B IS NULL");
        HazardLab.assertEqual(cluster);
        try (Connection replica = cluster.replicas().get(0).open();
                Statement statement = replica.createStatement();
                ResultSet row = statement.executeQuery("SELECT B, C FROM L")) {
            assertThat(row.next()).isTrue();
            try (InputStream stored = row.getBinaryStream(1)) {
                assertThat(stored.readAllBytes()).isEqualTo(bytes);
            }
            assertThat(row.getString(2).equals(text)).isTrue();
        }
    }

    /** Row 28: what an updatable result changes is not in any text. */
    @Test
    void shouldRefuseUpdatableResults() {
        assertThatThrownBy(() -> connection
                        .createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE)
                        .executeQuery("SELECT * FROM T"))
                .isInstanceOf(SQLFeatureNotSupportedException.class);
    }

    /** Row 34: H2 itself lets a session with the flag read-only write. */
    @Test
    void shouldRefuseWritesToAReplica() throws SQLException {
        HazardLab.assertEqual(cluster);
        try (Connection replica = cluster.replicas().get(0).open();
                Statement statement = replica.createStatement()) {
            replica.setReadOnly(true);
            for (String sql : new String[] {
                "DELETE FROM T",
                "SELECT * FROM FINAL TABLE (UPDATE T SET ID = ID + 100)",
                "INSERT INTO T(ID) VALUES (77)",
                "TRUNCATE TABLE T",
                "DROP TABLE T",
                "ALTER USER SA ADMIN TRUE",
                "UPDATE WEIR.CHECKPOINT SET LSN = 0"
            }) {
                assertThatThrownBy(() -> statement.execute(sql))
                        .as(sql)
                        .isInstanceOf(SQLException.class)
                        .satisfies(e ->
                                assertThat(((SQLException) e).getErrorCode()).isIn(90096, 90040));
            }
        }
        HazardLab.assertEqual(cluster);
    }
}
