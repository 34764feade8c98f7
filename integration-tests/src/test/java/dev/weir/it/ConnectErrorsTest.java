package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.process.Commands;
import dev.weir.it.process.Ports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told who has made a mistake in setting up: which, and what to do about it. */
@ExtendWith(PostgresExtension.class)
final class ConnectErrorsTest {
    private static final String SECRET = "not-the-password";

    @Test
    void shouldNameEveryNodeWhenNoneIsReachable() {
        int a = Ports.free();
        int b = Ports.free();
        SQLException failure = failure(
                "jdbc:weir:postgresql://127.0.0.1:" + a + ",127.0.0.1:" + b + "/shop?user=app&password=" + SECRET);
        assertThat(failure.getSQLState()).isEqualTo("08001");
        assertThat(failure.getMessage()).contains("127.0.0.1:" + a).contains("127.0.0.1:" + b);
        assertNoSecret(failure);
    }

    @Test
    void shouldConnectWhenOneNodeOfSeveralIsUnreachable(PostgresCluster cluster) throws SQLException {
        String url = cluster.weirUrl().replace("postgresql://", "postgresql://127.0.0.1:" + Ports.free() + ",");
        try (Connection connection = DriverManager.getConnection(url)) {
            PostgresSessionTest.execute(connection, "CREATE TABLE item (id int)");
            assertThat(PostgresSessionTest.count(connection, "SELECT count(*) FROM item"))
                    .isZero();
        }
    }

    @Test
    void shouldSayThatThePasswordIsWrongOnPostgres(PostgresCluster cluster) {
        SQLException failure = failure(cluster.weirUrl().replace(PostgresCluster.PASSWORD, SECRET));
        assertThat(failure.getSQLState()).startsWith("28");
        assertThat(failure.getMessage()).contains("password");
        assertNoSecret(failure);
    }

    @Test
    void shouldSayThatTheDatabaseDoesNotExistOnPostgres(PostgresCluster cluster) {
        SQLException failure = failure(cluster.weirUrl().replace("/shop?", "/nosuch?"));
        assertThat(failure.getSQLState()).startsWith("08");
        assertThat(failure.getMessage()).contains("nosuch");
        assertNoSecret(failure);
    }

    @Test
    void shouldSayThatThePasswordIsWrongOnEmbeddedH2(@TempDir Path directory) throws SQLException {
        String store = directory.resolve("shop").toString();
        DriverManager.getConnection("jdbc:h2:" + store, "sa", "right").close();
        SQLException failure = failure("jdbc:weir:h2:" + store + ";weir.replicas=1;USER=sa;PASSWORD=" + SECRET);
        assertThat(failure.getSQLState()).isEqualTo("28000");
        assertNoSecret(failure);
    }

    @Test
    void shouldListTheValidNamesWhenAPropertyIsUnknown(PostgresCluster cluster) {
        SQLException failure = failure(cluster.weirUrl() + "&weir.consistancy=strong");
        assertThat(failure.getSQLState()).isEqualTo("08001");
        assertThat(failure.getMessage())
                .contains("weir.consistancy")
                .contains("weir.consistency")
                .contains("weir.maxStaleness");
        assertNoSecret(failure);
    }

    @Test
    void shouldListTheValidValuesWhenAPropertyHasAnother(PostgresCluster cluster) {
        SQLException failure = failure(cluster.weirUrl() + "&weir.consistency=quite");
        assertThat(failure.getSQLState()).isEqualTo("08001");
        assertThat(failure.getMessage())
                .contains("weir.consistency")
                .contains("quite")
                .contains("session")
                .contains("eventual");
    }

    @Test
    void shouldNameTheReplicatorWhenItIsNotOnTheClassPath() throws IOException {
        String withoutReplicator = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("replicator"))
                .collect(Collectors.joining(File.pathSeparator));
        Commands.Outcome outcome = Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                withoutReplicator,
                ConnectAndReport.class.getName(),
                "jdbc:weir:h2:mem:shop;weir.replicas=2;USER=sa"));
        assertThat(outcome.output())
                .contains("SQLSTATE 08001")
                .contains("weir-replicator")
                .contains("class path");
    }

    @Test
    void shouldSayHowToMakeAClusterWhenTheDatabaseIsNone(@TempDir Path directory) throws SQLException {
        String store = directory.resolve("plain").toString();
        DriverManager.getConnection("jdbc:h2:" + store, "sa", "").close();
        Server server = Server.createTcpServer("-tcpPort", "0").start();
        try {
            SQLException failure =
                    failure("jdbc:weir:h2:tcp://127.0.0.1:" + server.getPort() + "/" + store + ";USER=sa;PASSWORD=");
            assertThat(failure.getSQLState()).isEqualTo("08001");
            assertThat(failure.getMessage()).contains("weir-replicator primary");
        } finally {
            server.stop();
        }
    }

    /** What an application meets that connects and asks for a row. */
    static SQLException failure(String url) {
        return catchThrowableOfType(SQLException.class, () -> ConnectAndReport.connectAndRead(url));
    }

    private static void assertNoSecret(SQLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause.getMessage())).doesNotContain(SECRET);
        }
    }

    /** An application of one query, to be run in a JVM of its own. */
    static final class ConnectAndReport {
        private ConnectAndReport() {}

        public static void main(String[] arguments) {
            try {
                connectAndRead(arguments[0]);
                System.out.println("connected");
            } catch (SQLException failure) {
                System.out.println("SQLSTATE " + failure.getSQLState() + ": " + failure.getMessage());
            }
        }

        static void connectAndRead(String url) throws SQLException {
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT 1")) {
                rows.next();
            }
        }
    }
}
