package dev.weir.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.h2.H2TcpExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session that has an H2 server's store for itself, as a schema change does that copies a large table, keeps all others waiting: nobody may take the node for frozen. */
@ExtendWith(H2TcpExtension.class)
final class H2AloneTest {
    /** Three times what a node may be silent for. */
    private static final Duration ALONE = Duration.ofSeconds(3);

    @Test
    void shouldWaitForASessionThatIsAloneInAnEmbeddedStore() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(1);
                Connection weir = cluster.connect();
                Statement statement = weir.createStatement();
                Connection alone = cluster.primary().open();
                Statement exclusive = alone.createStatement()) {
            statement.execute("CREATE TABLE lonely (id int PRIMARY KEY)");
            exclusive.execute("SET EXCLUSIVE 1");
            Future<?> known = threads.submit(() -> statement.executeUpdate("INSERT INTO lonely VALUES (1)"));
            Future<?> further = threads.submit(() -> {
                try (Connection opened = cluster.connect();
                        Statement insert = opened.createStatement()) {
                    return insert.executeUpdate("INSERT INTO lonely VALUES (2)");
                }
            });
            Awaitility.await().during(ALONE).until(() -> !known.isDone() && !further.isDone());
            exclusive.execute("SET EXCLUSIVE 0");
            known.get(60, TimeUnit.SECONDS);
            further.get(60, TimeUnit.SECONDS);
            assertThat(cluster.primary().number("SELECT COUNT(*) FROM lonely")).isEqualTo(2);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldWaitForASessionThatIsAloneInTheStore(H2TcpCluster cluster) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Connection weir = DriverManager.getConnection(
                        cluster.weirUrl() + ";weir.nodeTimeout=1s", H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                Statement statement = weir.createStatement();
                Connection alone = cluster.primary().open();
                Statement exclusive = alone.createStatement()) {
            statement.execute("CREATE TABLE lonely (id int PRIMARY KEY)");
            weir.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO lonely VALUES (1)");
            exclusive.execute("SET EXCLUSIVE 1");
            Future<?> committing = thread.submit(() -> {
                weir.commit();
                return null;
            });
            Awaitility.await().during(ALONE).until(() -> !committing.isDone());
            exclusive.execute("SET EXCLUSIVE 0");
            committing.get(60, TimeUnit.SECONDS);
            weir.setAutoCommit(true);
            statement.executeUpdate("INSERT INTO lonely VALUES (2)");
            assertThat(cluster.primary().number("SELECT COUNT(*) FROM lonely")).isEqualTo(2);
            statement.execute("DROP TABLE lonely");
        } finally {
            thread.shutdownNow();
        }
    }
}
