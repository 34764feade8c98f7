package dev.weir.jdbc;

import static dev.weir.jdbc.MemoryCluster.PRIMARY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Large objects and arrays of one node used on another. */
class ForeignValueTest {
    private static final int SIZE = 100_000;
    private static MemoryCluster cluster;

    @BeforeAll
    static void start() throws SQLException {
        cluster = new MemoryCluster(1);
        for (String node : new String[] {PRIMARY, "r1"}) {
            cluster.onNode(
                    node,
                    "CREATE TABLE DOC(ID INT PRIMARY KEY, WHERE_ VARCHAR(10), BODY BLOB, TEXT CLOB, TAGS VARCHAR(20) ARRAY)",
                    "INSERT INTO DOC VALUES (1, '" + node + "', CAST(REPEAT('" + node.charAt(0) + "', " + SIZE
                            + ") AS BLOB), REPEAT('" + node.charAt(0) + "', " + SIZE + "), ARRAY['" + node
                            + "', 'x'])");
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        cluster.close();
    }

    @Test
    void shouldStoreReplicasLargeObjectsOnPrimaryWhenWritten() throws SQLException {
        try (Connection connection = cluster.connect();
                Statement reading = connection.createStatement();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO DOC VALUES (?, 'copy', ?, ?, ?)")) {
            ResultSet row = reading.executeQuery("SELECT WHERE_, BODY, TEXT, TAGS FROM DOC WHERE ID = 1");
            row.next();
            assertThat(row.getString(1)).isEqualTo("r1");
            Blob body = row.getBlob(2);
            Clob text = row.getClob(3);
            Array tags = row.getArray(4);
            insert.setInt(1, 2);
            insert.setBlob(2, body);
            insert.setClob(3, text);
            insert.setArray(4, tags);
            assertThat(insert.executeUpdate()).isEqualTo(1);
            row.close();
        }
        assertThat(cluster.number(
                        PRIMARY,
                        "SELECT COUNT(*) FROM DOC WHERE ID = 2 AND BODY = CAST(REPEAT('r', " + SIZE
                                + ") AS BLOB) AND TEXT = REPEAT('r', " + SIZE + ") AND TAGS[1] = 'r1'"))
                .isEqualTo(1);
        cluster.onNode(PRIMARY, "DELETE FROM DOC WHERE ID = 2");
    }

    @Test
    void shouldReadOnReplicaWithLargeObjectMadeByConnectionWhenBound() throws SQLException {
        try (Connection connection = cluster.connect()) {
            Blob made = connection.createBlob();
            made.setBytes(1, "r".repeat(SIZE).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Clob text = connection.createClob();
            text.setString(1, "r".repeat(SIZE));
            try (PreparedStatement read =
                    connection.prepareStatement("SELECT WHERE_ FROM DOC WHERE ID = 1 AND BODY = ? AND TEXT = ?")) {
                read.setBlob(1, made);
                read.setClob(2, text);
                ResultSet row = read.executeQuery();
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("r1");
            }
        }
    }

    @Test
    void shouldStoreLargeObjectOnPrimaryWhenGivenAsObject() throws SQLException {
        try (Connection connection = cluster.connect();
                Statement reading = connection.createStatement();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO DOC(ID, BODY, TEXT, TAGS) VALUES (?, ?, ?, ?)")) {
            ResultSet row = reading.executeQuery("SELECT BODY, TEXT, TAGS FROM DOC WHERE ID = 1");
            row.next();
            insert.setInt(1, 3);
            insert.setObject(2, row.getObject(1));
            insert.setObject(3, row.getObject(2));
            insert.setObject(4, row.getObject(3));
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
        assertThat(cluster.number(
                        PRIMARY,
                        "SELECT COUNT(*) FROM DOC WHERE ID = 3 AND BODY = CAST(REPEAT('r', " + SIZE
                                + ") AS BLOB) AND TEXT = REPEAT('r', " + SIZE + ") AND TAGS[1] = 'r1'"))
                .isEqualTo(1);
        cluster.onNode(PRIMARY, "DELETE FROM DOC WHERE ID = 3");
    }
}
