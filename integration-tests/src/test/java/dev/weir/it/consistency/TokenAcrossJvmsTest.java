package dev.weir.it.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A token carries what one JVM has seen to another, whose replicas lack it. */
@ExtendWith(PostgresExtension.class)
final class TokenAcrossJvmsTest {
    @Test
    void shouldCarryASessionToAnotherJvmOnPostgres(PostgresCluster cluster) throws Exception {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl());
                PeerJvm peer = PeerJvm.connect(cluster.weirUrl())) {
            Register.create(connection);
            cluster.awaitCaughtUp();
            awaitReplicaReads(peer);
            cluster.standby1().pauseReplay();
            cluster.standby2().pauseReplay();
            assertCarried(connection, peer);
        }
    }

    @Test
    void shouldCarryASessionToAnotherJvmOnH2() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.start(1, "");
                Connection connection =
                        DriverManager.getConnection(cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                PeerJvm peer = PeerJvm.connect(cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD)) {
            Register.create(connection);
            awaitReplicaReads(peer);
            try (Connection holding = cluster.replicas().get(0).open();
                    Statement statement = holding.createStatement()) {
                holding.setAutoCommit(false);
                statement.executeQuery("SELECT n FROM register FOR UPDATE").close();
                assertCarried(connection, peer);
                holding.rollback();
            }
        }
    }

    private static void awaitReplicaReads(PeerJvm peer) {
        Awaitility.await().until(() -> {
            peer.ask("number " + Register.READ);
            return Long.parseLong(peer.ask("replicaReads")) > 0;
        });
    }

    private static void assertCarried(Connection connection, PeerJvm peer) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE register SET n = 5");
        }
        String token = connection.getClientInfo("weir.token");
        assertThat(token).matches("[0-9a-z-]{10,30}");
        assertThat(peer.ask("number " + Register.READ)).as("without the token").isEqualTo("0");
        assertThat(peer.ask("number /* weir: after=" + token + " */ " + Register.READ))
                .as("by a hint")
                .isEqualTo("5");
        String changed = token.substring(0, token.length() - 1) + (token.endsWith("x") ? "y" : "x");
        assertThat(peer.ask("adopt " + changed)).startsWith("error 22023").contains("weir.token");
        assertThat(peer.ask("adopt " + token)).isEqualTo("adopted");
        assertThat(peer.ask("number " + Register.READ)).as("with the token").isEqualTo("5");
        // And back again.
        assertThat(peer.ask("execute UPDATE register SET n = 6")).isEqualTo("done");
        connection.setClientInfo("weir.token", peer.ask("token"));
        assertThat(Register.read(connection)).isEqualTo(6);
    }

    @Test
    void shouldNotMoveOnRollbackOrFailureAndRefuseATokenOfAnotherCluster(PostgresCluster cluster) throws Exception {
        try (H2EmbeddedCluster h2 = H2EmbeddedCluster.inMemory(1);
                Connection connection = h2.connect();
                Statement statement = connection.createStatement();
                Connection postgres = DriverManager.getConnection(cluster.weirUrl())) {
            Register.create(connection);
            String before = connection.getClientInfo("weir.token");
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE register SET n = 1");
            connection.rollback();
            connection.setAutoCommit(true);
            assertThatThrownBy(() -> statement.executeUpdate("INSERT INTO register VALUES (1, 1)"))
                    .isInstanceOf(SQLException.class);
            assertThat(connection.getClientInfo("weir.token")).isEqualTo(before);
            statement.executeUpdate("UPDATE register SET n = 2");
            String after = connection.getClientInfo("weir.token");
            assertThat(after).isNotEqualTo(before);
            statement.execute("CREATE TABLE other(id INT)");
            assertThat(connection.getClientInfo("weir.token"))
                    .as("after a schema change")
                    .isNotEqualTo(after);
            assertThatThrownBy(() -> postgres.setClientInfo("weir.token", after))
                    .hasMessageContaining("another cluster")
                    .satisfiesAnyOf(
                            e -> assertThat(e).isInstanceOf(SQLDataException.class),
                            e -> assertThat(e.getCause()).isInstanceOf(SQLDataException.class));
        }
    }
}
