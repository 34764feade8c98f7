package dev.weir.it.offload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.WeirDataSource;
import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Measures which share of session-level reads replicas serve, with 5 % writes and PostgreSQL's standbys 2 ms behind. {@code mvn verify}
 * takes a short look and checks that no read misses its session's writes; {@code -Dweir.offload=5000} measures each case for so many
 * milliseconds and prints the README's table.
 */
@ExtendWith(PostgresExtension.class)
final class OffloadTest {
    private static final int CLIENTS = 8;
    private static final Duration THINKING = Duration.ofMillis(Integer.getInteger("weir.offload.think", 5));
    private static final Duration BEHIND = Duration.ofMillis(2);
    private static final Integer ASKED = Integer.getInteger("weir.offload");

    /** One row of the table. */
    private record Case(String scope, boolean tableAware, int waitMillis) {
        String settings(String separator) {
            return String.join(
                    separator,
                    "weir.sessionScope=" + scope,
                    "weir.tableAware=" + tableAware,
                    "weir.waitForReplica=" + waitMillis + "ms");
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (int wait : ASKED == null ? new int[] {0} : new int[] {0, 5}) {
            for (String scope : List.of("application", "connection")) {
                cases.add(new Case(scope, false, wait));
                cases.add(new Case(scope, true, wait));
            }
        }
        return cases;
    }

    @Test
    void shouldServeReadsByStandbysThatAreBehind(PostgresCluster cluster) throws Exception {
        DataSource plain = source(cluster.weirUrl(), "", "");
        create(plain);
        cluster.standby1().delayReplay(BEHIND);
        cluster.standby2().delayReplay(BEHIND);
        run("PostgreSQL", each -> source(cluster.weirUrl() + "&" + each.settings("&"), "", ""));
    }

    @Test
    void shouldServeReadsByReplicasOfEmbeddedH2() throws Exception {
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.onFiles(2)) {
            create(cluster.dataSource());
            run(
                    "H2",
                    each -> source(
                            cluster.weirUrl() + ";" + each.settings(";"),
                            H2EmbeddedCluster.USER,
                            H2EmbeddedCluster.PASSWORD));
        }
    }

    private interface Sources {
        DataSource of(Case one) throws SQLException;
    }

    private static DataSource source(String url, String user, String password) throws SQLException {
        WeirDataSource source = new WeirDataSource();
        source.setUrl(url);
        if (!user.isEmpty()) {
            source.setUser(user);
            source.setPassword(password);
        }
        return source;
    }

    private static void create(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            Shop.create(connection, CLIENTS);
        }
    }

    private static void run(String database, Sources sources) throws Exception {
        System.out.println(
                "| Database | Writes | Scope | Table-aware | weir.waitForReplica | Reads by replicas | Mean read |");
        for (Shop.Write write : new Shop.Write[] {Shop.Write.INSERT, Shop.Write.UPDATE}) {
            for (Case one : cases()) {
                measure(database, write, one, sources.of(one));
            }
            // What an UPDATE changes is each client's only row.
            try (Connection connection = sources.of(cases().get(0)).getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("DELETE FROM event WHERE n > 0");
            }
        }
    }

    private static void measure(String database, Shop.Write write, Case one, DataSource source) throws Exception {
        try (Connection asking = source.getConnection()) {
            Awaitility.await().until(() -> WeirNodes.of(asking).stream().allMatch(node -> node.role() != null));
            play(source, write, Duration.ofMillis(ASKED == null ? 100 : 1_000));
            long before = WeirNodes.replicaReads(asking);
            Client.Score score = play(source, write, Duration.ofMillis(ASKED == null ? 400 : ASKED));
            long byReplicas = WeirNodes.replicaReads(asking) - before;
            double share = 100.0 * Math.max(0, byReplicas) / Math.max(1, score.reads());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %d ms | %.0f %% of %d | %.2f ms |%n",
                    database,
                    write,
                    one.scope,
                    one.tableAware ? "yes" : "no",
                    one.waitMillis,
                    share,
                    score.reads(),
                    score.readNanos() / 1e6 / Math.max(1, score.reads()));
            assertThat(score.misses())
                    .as("reads that miss their session's writes")
                    .isZero();
            assertThat(score.reads()).isPositive();
        }
    }

    private static Client.Score play(DataSource source, Shop.Write write, Duration time) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            long until = System.nanoTime() + time.toNanos();
            List<Future<Client.Score>> playing = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                playing.add(threads.submit(new Client(source, i, write, THINKING.toNanos(), until)));
            }
            Client.Score all = new Client.Score(0, 0, 0, 0);
            for (Future<Client.Score> one : playing) {
                all = all.and(one.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }
}
