package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * At level session an inserted row is found at once on another connection of a pool of 10, both in auto-commit, while the replicas are
 * behind. {@code -Dweir.reads=10000} tries as often.
 */
@ExtendWith(PostgresExtension.class)
final class PooledReadYourWritesTest {
    private static final int TRIES = Integer.getInteger("weir.reads", 500);
    private static final int THREADS = 5;

    @Test
    void shouldFindEveryInsertedRowOnPostgres(PostgresCluster cluster) throws Exception {
        cluster.standby1().delayReplay(Duration.ofMillis(2));
        assertFound("PostgreSQL", cluster.weirUrl(), "", "");
    }

    @Test
    void shouldFindEveryInsertedRowWhileReadsWaitForStandbys(PostgresCluster cluster) throws Exception {
        cluster.standby1().delayReplay(Duration.ofMillis(2));
        cluster.standby2().delayReplay(Duration.ofMillis(2));
        assertFound("PostgreSQL, waiting", cluster.weirUrl() + "&weir.waitForReplica=50ms", "", "");
    }

    @Test
    void shouldFindEveryInsertedRowOnEmbeddedH2() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.onFiles(2)) {
            assertFound("H2", cluster.weirUrl(), H2EmbeddedCluster.USER, H2EmbeddedCluster.PASSWORD);
            assertFound(
                    "H2, waiting",
                    cluster.weirUrl() + ";weir.waitForReplica=50ms",
                    H2EmbeddedCluster.USER,
                    H2EmbeddedCluster.PASSWORD);
        }
    }

    @Test
    void shouldFindEveryInsertedRowOnH2OverTcp() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.start(2, "")) {
            assertFound(
                    "H2 over TCP, waiting",
                    cluster.weirUrl() + ";weir.waitForReplica=50ms",
                    H2TcpCluster.USER,
                    H2TcpCluster.PASSWORD);
        }
    }

    private static void assertFound(String what, String url, String user, String password) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        if (!user.isEmpty()) {
            config.setUsername(user);
            config.setPassword(password);
        }
        config.setMaximumPoolSize(10);
        try (HikariDataSource pool = new HikariDataSource(config);
                Connection asking = user.isEmpty()
                        ? DriverManager.getConnection(url)
                        : DriverManager.getConnection(url, user, password)) {
            try (Statement statement = asking.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS found");
                statement.execute("CREATE TABLE found(id INT PRIMARY KEY)");
            }
            long before = WeirNodes.replicaReads(asking);
            List<Integer> missed = missed(pool);
            long byReplicas = WeirNodes.replicaReads(asking) - before;
            System.out.println(what + ": " + missed.size() + " misses in " + TRIES + " reads right after the insert, "
                    + byReplicas + " of them by replicas");
            assertThat(missed).isEmpty();
            if (what.endsWith("waiting")) {
                assertThat(byReplicas).as("reads by replicas").isGreaterThan(TRIES / 10);
            }
        }
    }

    private static List<Integer> missed(HikariDataSource pool) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<Integer>>> working = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                working.add(threads.submit(() -> work(pool, next)));
            }
            List<Integer> all = new ArrayList<>();
            for (Future<List<Integer>> one : working) {
                all.addAll(one.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Integer> work(HikariDataSource pool, AtomicInteger next) throws SQLException {
        List<Integer> missed = new ArrayList<>();
        for (int id = next.getAndIncrement(); id < TRIES; id = next.getAndIncrement()) {
            // Held meanwhile, so that the pool gives another one for the read.
            try (Connection writing = pool.getConnection()) {
                try (PreparedStatement insert = writing.prepareStatement("INSERT INTO found VALUES (?)")) {
                    insert.setInt(1, id);
                    insert.executeUpdate();
                }
                try (Connection reading = pool.getConnection();
                        PreparedStatement select = reading.prepareStatement("SELECT id FROM found WHERE id = ?")) {
                    select.setInt(1, id);
                    try (ResultSet rows = select.executeQuery()) {
                        if (!rows.next()) {
                            missed.add(id);
                        }
                    }
                }
            }
        }
        return missed;
    }
}
