package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That the witnesses see what they are there to see, and that their judge finds it out. */
@ExtendWith({H2EmbeddedExtension.class, PostgresExtension.class})
final class WitnessTest {
    @Test
    void shouldSeeWhatIsSentToAReplicaOfH2PastWeir(H2EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE ticket");
        }
        try (H2Witness witness = H2Witness.on(cluster)) {
            witness.awaitCaughtUp(Duration.ofSeconds(20));
            try (Connection replica = cluster.replicas().get(1).open()) {
                assertSeen(witness, replica, "SELECT NEXT VALUE FOR ticket", "CREATE TABLE t (a INT)");
            }
        }
    }

    @Test
    void shouldSeeWhatIsSentToAStandbyOfPostgresqlPastWeir(PostgresCluster cluster) throws SQLException {
        try (PostgresWitness witness = PostgresWitness.on(cluster);
                Connection standby = cluster.standby2().connect()) {
            assertSeen(witness, standby, "SELECT pg_advisory_lock(7)\n-- silently", "CREATE TABLE t (a INT)");
        }
    }

    private static void assertSeen(Witness witness, Connection replica, String silent, String refused)
            throws SQLException {
        try (Statement statement = replica.createStatement()) {
            statement.execute(silent);
            assertThatThrownBy(() -> statement.execute(refused)).isInstanceOf(SQLException.class);
        }
        List<Seen> seen = witness.seen();
        assertThat(seen)
                .anyMatch(one -> one.sql().equals(silent) && one.error() == null)
                .anyMatch(one -> one.sql().equals(refused) && one.error() != null);
        assertThat(Harmless.isHarmless(silent)).isFalse();
    }
}
