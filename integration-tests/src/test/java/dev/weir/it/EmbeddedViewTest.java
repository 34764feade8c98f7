package dev.weir.it;

import static dev.weir.it.PostgresSessionTest.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import dev.weir.it.h2.SequenceWitness;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a read through a view may do on an embedded H2 cluster, whose replicas would not refuse to consume a sequence. */
@ExtendWith(H2EmbeddedExtension.class)
final class EmbeddedViewTest {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final String NEXT =
            "SELECT BASE_VALUE FROM INFORMATION_SCHEMA.SEQUENCES WHERE SEQUENCE_NAME = 'TICKET'";

    @ParameterizedTest
    @ValueSource(strings = {"SELECT * FROM DRAW", "SELECT * FROM OUTER_DRAW", "TABLE DRAW_TOO"})
    void shouldReadThroughAViewThatConsumesASequenceOnThePrimary(String read, H2EmbeddedCluster cluster)
            throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE SEQUENCE TICKET");
            execute(connection, "CREATE VIEW DRAW AS SELECT NEXT VALUE FOR TICKET AS N");
            execute(connection, "CREATE VIEW OUTER_DRAW AS SELECT N + 1 AS M FROM DRAW");
            execute(connection, "CREATE SYNONYM DRAW_TOO FOR DRAW");
            for (int i = 0; i < 50; i++) {
                execute(connection, read);
            }
            awaitReplicas(cluster);
            for (int i = 0; i < 50; i++) {
                execute(connection, read);
            }
            assertThat(route(connection, read)).isEqualTo("primary");
        }
        assertThat(cluster.primary().number(NEXT)).isEqualTo(101);
        SequenceWitness.assertNotDrawnOnReplicas(cluster, "TICKET");
    }

    @Test
    void shouldReadThroughAPlainViewOnAReplica(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(20))");
            execute(
                    connection,
                    "CREATE VIEW NAMED AS SELECT I.ID, UPPER(I.NAME) AS NAME, CAST(I.ID AS BIGINT) AS WIDE FROM ITEM I"
                            + " WHERE I.NAME IS NOT NULL GROUP BY I.ID, I.NAME");
            Awaitility.await()
                    .atMost(CATCH_UP)
                    .untilAsserted(() ->
                            assertThat(route(connection, "SELECT * FROM NAMED")).isEqualTo("replica"));
        }
    }

    @Test
    void shouldReadOnThePrimaryAgainWhenAPlainViewIsReplacedByAVolatileOne(H2EmbeddedCluster cluster)
            throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE SEQUENCE TICKET");
            execute(connection, "CREATE VIEW DRAW AS SELECT 1 AS N");
            Awaitility.await()
                    .atMost(CATCH_UP)
                    .untilAsserted(() ->
                            assertThat(route(connection, "SELECT * FROM DRAW")).isEqualTo("replica"));
            execute(connection, "CREATE OR REPLACE VIEW DRAW AS SELECT NEXT VALUE FOR TICKET AS N");
            for (int i = 0; i < 50; i++) {
                execute(connection, "SELECT * FROM DRAW");
            }
            awaitReplicas(cluster);
            execute(connection, "SELECT * FROM DRAW");
        }
        SequenceWitness.assertNotDrawnOnReplicas(cluster, "TICKET");
    }

    /** A domain's check may be any expression, even one that draws from a sequence. */
    @Test
    void shouldReadOnThePrimaryWhatRunsCodeWhenItIsRead(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE TABLE ITEM(ID INT PRIMARY KEY)");
            execute(connection, "CREATE SEQUENCE TICKET");
            execute(connection, "CREATE DOMAIN NUMBERED AS INT CHECK (VALUE < NEXT VALUE FOR TICKET)");
            execute(connection, "CREATE DOMAIN SMALL AS INT CHECK (VALUE < 100)");
            Awaitility.await()
                    .atMost(CATCH_UP)
                    .untilAsserted(() -> assertThat(route(connection, "SELECT CAST(ID AS SMALL) FROM ITEM"))
                            .isEqualTo("replica"));
            assertThat(route(connection, "SELECT CAST(ID AS NUMBERED) FROM ITEM"))
                    .isEqualTo("primary");
            assertThat(route(connection, "SELECT A[ID + 1] FROM (SELECT ARRAY[1, 2] A, ID FROM ITEM) X"))
                    .as("the database's mode decides about brackets, and is known")
                    .isEqualTo("replica");
        }
    }

    private static void awaitReplicas(H2EmbeddedCluster cluster) throws SQLException {
        long lsn = cluster.primary().lsn();
        Awaitility.await()
                .atMost(CATCH_UP)
                .untilAsserted(() -> assertThat(cluster.replicas())
                        .allSatisfy(replica -> assertThat(replica.lsn()).isGreaterThanOrEqualTo(lsn)));
    }

    private static String route(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet explained = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            assertThat(explained.next()).isTrue();
            return explained.getString("route");
        }
    }
}
