package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.WeirNodes;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.process.Relay;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A standby that answers every probe and breaks the connection of every read. */
@ExtendWith(PostgresExtension.class)
final class FlakyStandbyTest {
    @Test
    void shouldGetNoReadsAfterSomeFailuresAndSomeAgainWhenItIsWell(PostgresCluster cluster) throws SQLException {
        try (Relay relay = new Relay(cluster.standby1().port())) {
            String flaky = "127.0.0.1:" + relay.port();
            String url = "jdbc:weir:postgresql://" + cluster.primary().address() + "," + flaky + ","
                    + cluster.standby2().address() + "/" + PostgresCluster.DATABASE + "?user=" + PostgresCluster.USER
                    + "&password=" + PostgresCluster.PASSWORD
                    + "&weir.consistency=eventual&weir.loadBalance=roundRobin&weir.probeInterval=20ms";
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE item (id int)");
                cluster.awaitCaughtUp();
                relay.breakOn("FROM item");
                try (SteadyReads readers =
                        new SteadyReads(2, () -> DriverManager.getConnection(url), "SELECT count(*) FROM item", 0)) {
                    Awaitility.await("the breaker to open")
                            .until(() -> node(connection, flaky).state().contains("fails reads"));
                    long failures = node(connection, flaky).failures();
                    long began = System.nanoTime();
                    Awaitility.await()
                            .until(() -> System.nanoTime() - began
                                    > Duration.ofSeconds(4).toNanos());
                    long since = node(connection, flaky).failures() - failures;
                    System.out.println("Failures of a flaky standby in 4 s with its breaker at work: " + since);
                    // Without a breaker each probe lets it fail again, some 100 times and more.
                    assertThat(since).isLessThan(20);
                    relay.breakOn(null);
                    long reads = node(connection, flaky).reads();
                    Awaitility.await("reads by the standby")
                            .until(() -> node(connection, flaky).reads() > reads + 100);
                    assertThat(readers.failures()).isEmpty();
                }
            }
        }
    }

    private static WeirNodes.Row node(Connection connection, String address) throws SQLException {
        return WeirNodes.of(connection).stream()
                .filter(node -> node.url().contains(address))
                .findFirst()
                .orElseThrow();
    }
}
