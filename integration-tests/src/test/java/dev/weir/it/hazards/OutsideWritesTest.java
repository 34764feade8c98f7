package dev.weir.it.hazards;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.weir.it.h2.Equality;
import dev.weir.it.h2.H2Cluster;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.process.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.h2.tools.Shell;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that bypass Weir: on a primary, where a guard refuses them and the replicas' checks find them, and on a replica. */
final class OutsideWritesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static H2TcpCluster remote;
    private H2EmbeddedCluster embedded;

    @BeforeAll
    static void openRemote() throws Exception {
        remote = H2TcpCluster.start(1, "");
    }

    @AfterAll
    static void closeRemote() throws SQLException {
        remote.close();
    }

    @BeforeEach
    void open() throws SQLException {
        embedded = H2EmbeddedCluster.inMemory(1);
    }

    @AfterEach
    void close() throws SQLException {
        embedded.close();
    }

    private H2Cluster cluster(boolean overTcp) {
        return overTcp ? remote : embedded;
    }

    private static void execute(Connection connection, String... texts) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : texts) {
                statement.execute(text);
            }
        }
    }

    private static void throughWeir(H2Cluster cluster, String... texts) throws SQLException {
        try (Connection connection = cluster.connect()) {
            execute(connection, texts);
        }
    }

    private static void assertEqual(H2Cluster cluster) throws SQLException {
        Equality.awaitCaughtUp(cluster, PATIENCE);
        assertThat(Equality.differences(cluster)).isEmpty();
    }

    private static String told(H2Cluster cluster, String table) throws SQLException {
        try (Connection admin = cluster.primary().open();
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT REPLICA || ' ' || TABLE_SCHEMA || '.' || TABLE_NAME || ' ' || ROW_KEY || ': ' || FOUND FROM WEIR.DIVERGENCE WHERE TABLE_NAME = '"
                                + table + "'")) {
            return row.next() ? row.getString(1) : "";
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseWhatBypassesWeirWhereAnAdministratorHasInstalledAGuard(boolean overTcp) throws SQLException {
        H2Cluster cluster = cluster(overTcp);
        throughWeir(
                cluster,
                "CREATE TABLE GUARDED(ID INTEGER PRIMARY KEY, V VARCHAR(20))",
                "CREATE TRIGGER G BEFORE INSERT, UPDATE, DELETE ON GUARDED CALL 'dev.weir.replicator.WriteGuard'",
                "INSERT INTO GUARDED VALUES (1, 'a'), (2, 'b'), (3, 'c')");
        try (Connection plain = cluster.primary().open()) {
            for (String text : new String[] {
                "INSERT INTO GUARDED VALUES (9, 'x')",
                "UPDATE GUARDED SET V = 'x' WHERE ID = 1",
                "DELETE FROM GUARDED",
                "MERGE INTO GUARDED VALUES (1, 'x')",
                "SELECT * FROM FINAL TABLE (UPDATE GUARDED SET V = 'x')"
            }) {
                assertThatThrownBy(() -> execute(plain, text))
                        .as(text)
                        .isInstanceOf(SQLException.class)
                        .hasStackTraceContaining("Table PUBLIC.GUARDED is replicated")
                        .hasStackTraceContaining("jdbc:weir:h2:");
            }
        }
        try (Connection connection = cluster.connect()) {
            execute(
                    connection,
                    "UPDATE GUARDED SET V = 'A' WHERE ID = 1",
                    "UPDATE GUARDED SET V = V || '!' WHERE ID > 1",
                    "ALTER TABLE GUARDED ADD COLUMN U UUID DEFAULT RANDOM_UUID()",
                    "DELETE FROM GUARDED WHERE V = 'c!'");
            try (Statement statement = connection.createStatement();
                    ResultSet verdict =
                            statement.executeQuery("EXPLAIN REPLICATION UPDATE GUARDED SET V = 'A' WHERE ID = 1")) {
                assertThat(verdict.next()).isTrue();
                assertThat(verdict.getString("logging"))
                        .as("as without the guard")
                        .isEqualTo("statement");
            }
        }
        assertThat(cluster.primary().number("SELECT COUNT(*) FROM GUARDED")).isEqualTo(2);
        assertEqual(cluster);
    }

    /** With AUTO_SERVER any process that may read the store's directory can write to it. */
    @Test
    void shouldRefuseWhatAnotherProcessWritesThroughAutoServer() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.onFiles(1, ";AUTO_SERVER=TRUE")) {
            throughWeir(
                    cluster,
                    "CREATE TABLE OPEN(ID INTEGER PRIMARY KEY)",
                    "CREATE TABLE GUARDED(ID INTEGER PRIMARY KEY)",
                    "CREATE TRIGGER G BEFORE INSERT, UPDATE, DELETE ON GUARDED CALL 'dev.weir.replicator.WriteGuard'",
                    "INSERT INTO GUARDED VALUES (1)");
            assertEqual(cluster);

            Commands.Outcome refused = inAnotherProcess(cluster, "INSERT INTO GUARDED VALUES (2)");
            Commands.Outcome lost = inAnotherProcess(cluster, "INSERT INTO OPEN VALUES (2)");

            assertThat(refused.output()).contains("Table PUBLIC.GUARDED is replicated", "jdbc:weir:h2:");
            assertThat(lost.isSuccess()).as(lost.output()).isTrue();
            assertThat(cluster.primary().number("SELECT COUNT(*) FROM GUARDED")).isEqualTo(1);
            assertThat(Equality.differences(cluster))
                    .as("what no guard was there for")
                    .singleElement(as(STRING))
                    .contains("OPEN", "missing 1 rows");
        }
    }

    private static Commands.Outcome inAnotherProcess(H2Cluster cluster, String sql) throws IOException {
        return Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Shell.class.getName(),
                "-url",
                cluster.primary().url(),
                "-user",
                cluster.primary().user(),
                "-password",
                cluster.primary().password(),
                "-sql",
                sql));
    }

    /** Without a guard, the first logged change that meets such a row shows it; the replica serves no reads until it has been copied anew. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNoticeRowsThatBypassedTheLogAtTheFirstChangeThatMeetsThem(boolean overTcp) throws SQLException {
        H2Cluster cluster = cluster(overTcp);
        throughWeir(
                cluster,
                "CREATE TABLE LOOSE(ID INTEGER PRIMARY KEY, V VARCHAR(20))",
                "INSERT INTO LOOSE VALUES (1, 'a')");
        assertEqual(cluster);
        try (Connection plain = cluster.primary().open()) {
            execute(plain, "INSERT INTO LOOSE VALUES (7, 'outside')");
        }
        assertThat(Equality.differences(cluster))
                .as("what nobody has noticed yet")
                .isNotEmpty();

        throughWeir(cluster, "UPDATE LOOSE SET V = V || '!'");

        Awaitility.await().atMost(PATIENCE).until(() -> !told(cluster, "LOOSE").isEmpty());
        assertThat(told(cluster, "LOOSE")).endsWith("PUBLIC.LOOSE \"ID\" = 7: no such row");
        if (overTcp) {
            assertEqual(cluster);
        } else {
            // The copy is fresh, and nobody heals an embedded cluster; reads have the primary.
            try (Connection connection = cluster.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT V FROM LOOSE WHERE ID = 7")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("outside!");
            }
        }
    }

    /**
     * Nobody but the applier may write on a replica; whoever takes its account is found out in the same way. On a cluster of its own, since a replica that differs twice within minutes is left to a person.
     */
    @Test
    void shouldNoticeRowsThatWereAlteredOnAReplica() throws Exception {
        try (H2TcpCluster own = H2TcpCluster.start(1, "")) {
            throughWeir(own, "CREATE TABLE ALTERED(ID INTEGER PRIMARY KEY)", "INSERT INTO ALTERED VALUES (1), (2)");
            assertEqual(own);
            try (Connection applier = own.openAsApplier(own.replicas().get(0))) {
                execute(applier, "INSERT INTO ALTERED VALUES (3)");
            }

            throughWeir(own, "INSERT INTO ALTERED VALUES (3)");

            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> !told(own, "ALTERED").isEmpty());
            assertThat(told(own, "ALTERED")).contains(".ALTERED").contains("/* key:3 */");
            assertEqual(own);
        }
    }
}
