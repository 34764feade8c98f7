package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An H2 primary that is killed loses what it has acknowledged since its last flush; no session may go on as if nothing had happened. */
@ExtendWith(H2TcpExtension.class)
final class H2LostWritesTest {
    private static final int ROUNDS = 3;
    private static final int WRITES = 50;

    @Test
    void shouldSayThatAcknowledgedWritesWereLost(H2TcpCluster cluster) throws SQLException {
        int lostRounds = 0;
        int told = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String url = cluster.weirUrl() + ";weir.sessionScope=connection";
            try (Connection connection = DriverManager.getConnection(url, H2TcpCluster.USER, H2TcpCluster.PASSWORD)) {
                createTable(connection);
                int last = write(connection, round);
                cluster.primaryNode().kill();
                Awaitility.await("the primary's end to be noticed")
                        .until(() -> WeirNodes.of(connection).stream()
                                .noneMatch(
                                        node -> node.isPrimary() && node.state().equals("up")));
                cluster.primaryNode().start();
                Awaitility.await("the primary to be back")
                        .until(() -> WeirNodes.of(connection).stream()
                                .anyMatch(
                                        node -> node.isPrimary() && node.state().equals("up")));
                boolean lost = cluster.primary().number("SELECT COUNT(*) FROM item WHERE id = " + last) == 0;
                lostRounds += lost ? 1 : 0;
                try {
                    boolean found = isThere(connection, last);
                    if (!found) {
                        fail("Row %d was acknowledged, is lost, and the session was not told", last);
                    }
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).isEqualTo("40001");
                    told++;
                    assertThat(isThere(connection, last)).as("said once").isEqualTo(!lost);
                }
            }
        }
        System.out.println("Killed H2 primary: newest row lost in " + lostRounds + " of " + ROUNDS
                + " rounds, session told in " + told);
        assertThat(told).isGreaterThanOrEqualTo(lostRounds);
    }

    /** Creates the table where it is not there; on the disk, so that only rows are lost with the primary. */
    private static void createTable(Connection connection) throws SQLException {
        try (Statement create = connection.createStatement()) {
            create.execute("CREATE TABLE IF NOT EXISTS item (id int PRIMARY KEY)");
            create.execute("CHECKPOINT SYNC");
        }
    }

    /** Writes rows, each acknowledged; says which was the last. */
    private static int write(Connection connection, int round) throws SQLException {
        int id = round * WRITES;
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?)")) {
            for (int i = 0; i < WRITES; i++) {
                insert.setInt(1, ++id);
                insert.executeUpdate();
            }
        }
        return id;
    }

    private static boolean isThere(Connection connection, int id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT COUNT(*) FROM item WHERE id = ?")) {
            select.setInt(1, id);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getInt(1) == 1;
            }
        }
    }
}
