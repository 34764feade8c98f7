package dev.weir.it.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class BottleneckTest {
    private static final Duration EACH = Duration.ofMillis(10);

    @Test
    void shouldExecuteNoMoreStatementsAtOnceThanThereAreSlots(PostgresCluster cluster) throws Exception {
        try (Bottleneck bottleneck = new Bottleneck(cluster.primary().port(), new Slots(2, EACH))) {
            try (Connection connection = connect(bottleneck)) {
                create(connection);
            }
            long before = bottleneck.passed();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                long began = System.nanoTime();
                List<Future<?>> reading = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    reading.add(threads.submit(() -> {
                        read(bottleneck, 7);
                        return null;
                    }));
                }
                for (Future<?> each : reading) {
                    each.get();
                }
                // 28 statements, two at a time.
                assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(14 * EACH.toNanos());
            } finally {
                threads.shutdownNow();
            }
            assertThat(bottleneck.passed() - before).isEqualTo(28);
        }
    }

    @Test
    void shouldCountEachStatementOfABatchAndNoneThatIsNotOfTheLoad(PostgresCluster cluster) throws Exception {
        try (Bottleneck bottleneck = new Bottleneck(cluster.primary().port(), new Slots(1, EACH));
                Connection connection = connect(bottleneck)) {
            create(connection);
            long before = bottleneck.passed();
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO load_thing VALUES (?)");
                    Statement other = connection.createStatement()) {
                for (int i = 0; i < 3; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                insert.executeBatch();
                other.executeQuery("SELECT 1");
            }
            connection.commit();
            assertThat(bottleneck.passed() - before).isEqualTo(3);
        }
    }

    private static void read(Bottleneck bottleneck, int times) throws SQLException {
        try (Connection connection = connect(bottleneck);
                PreparedStatement select = connection.prepareStatement("SELECT count(*) FROM load_thing")) {
            // More often than the driver's threshold, so that its named statements are seen as well.
            for (int i = 0; i < times; i++) {
                select.executeQuery().close();
            }
        }
    }

    private static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS load_thing(id INT PRIMARY KEY)");
        }
    }

    private static Connection connect(Bottleneck bottleneck) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + bottleneck.address() + "/" + PostgresCluster.DATABASE,
                PostgresCluster.USER,
                PostgresCluster.PASSWORD);
    }
}
