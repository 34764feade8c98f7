package dev.weir.replicator;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.log.EmbeddedReplication;
import dev.weir.log.EmbeddedReplication.EmbeddedNode;
import dev.weir.log.EmbeddedReplicationProvider;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedProviderTest {
    @TempDir
    Path directory;

    private final EmbeddedReplicationProvider provider =
            ServiceLoader.load(EmbeddedReplicationProvider.class).findFirst().orElseThrow();

    private String url(String kind) {
        return kind.equals("mem")
                ? "jdbc:h2:mem:embedded-" + directory.getFileName()
                : "jdbc:h2:" + directory.resolve("shop");
    }

    private static Connection open(EmbeddedNode node) throws SQLException {
        return Sessions.open(StoreUrl.parse(node.url()), "SA", "pw");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "file"})
    void shouldShowCommitOnEveryReplicaWhenItIsAnnounced(String kind) throws SQLException {
        try (EmbeddedReplication cluster = provider.start(url(kind), "SA", "pw", 2);
                LoggedWriter writer = new LoggedWriter(url(kind), "SA", "pw")) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
            for (int i = 0; i < 200; i++) {
                long lsn = writer.sql("INSERT INTO T VALUES(" + i + ", 0)", 1);
                cluster.committed(lsn);
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> cluster.appliedLsn(1) >= lsn && cluster.appliedLsn(2) >= lsn);
            }

            assertThat(cluster.nodes())
                    .extracting(EmbeddedNode::name)
                    .containsExactly("primary", "replica-1", "replica-2");
            for (EmbeddedNode node : cluster.nodes()) {
                try (Connection reader = open(node)) {
                    assertThat(Sessions.queryLong(reader, "SELECT COUNT(*) FROM T"))
                            .isEqualTo(200);
                }
            }
        }
    }

    @Test
    void shouldEncryptReplicasWhenPrimaryIsEncrypted() throws Exception {
        String url = url("file") + ";CIPHER=AES";
        try (EmbeddedReplication cluster = provider.start(url, "SA", "files pw", 1);
                LoggedWriter writer = new LoggedWriter(url, "SA", "files pw")) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
            long lsn = writer.sql("INSERT INTO T VALUES(1, 'plain to see')", 1);
            cluster.committed(lsn);
            await().atMost(Duration.ofSeconds(60)).until(() -> cluster.appliedLsn(1) >= lsn);
            StoreUrl replica = StoreUrl.parse(cluster.nodes().get(1).url());
            try (Connection reader = Sessions.open(replica, "SA", "files pw")) {
                assertThat(Sessions.queryLong(reader, "SELECT COUNT(*) FROM T")).isEqualTo(1);
            }
            assertThat(Files.readString(replica.file(), StandardCharsets.ISO_8859_1))
                    .startsWith("H2encrypt")
                    .doesNotContain("plain to see");
        }
    }

    /** A reader may find a commit before the applied position says so; the showing one never lags behind what was seen. */
    @Test
    void shouldNeverShowMoreThanItTells() throws Exception {
        try (EmbeddedReplication cluster = provider.start(url("mem"), "SA", "pw", 1);
                LoggedWriter writer = new LoggedWriter(url("mem"), "SA", "pw");
                Connection reader = open(cluster.nodes().get(1))) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    for (int i = 0; i < 3_000; i++) {
                        cluster.committed(writer.sql("INSERT INTO T VALUES(" + i + ", 0)", 1));
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                } finally {
                    done.set(true);
                }
            });
            long reads = 0;
            long early = 0;
            while (!done.get()) {
                long seen = Sessions.queryLong(reader, "SELECT LSN FROM WEIR.CHECKPOINT");
                early += cluster.appliedLsn(1) < seen ? 1 : 0;
                long showing = cluster.showingLsn(1);
                // It is not known until the replica has begun to follow.
                assertThat(showing < 0 ? seen : showing).isGreaterThanOrEqualTo(seen);
                reads++;
            }
            writing.join();
            System.out.println(
                    reads + " reads, of which " + early + " saw a commit before the applied position told it");
            assertThat(reads).isPositive();
        }
    }

    @Test
    void shouldShareClusterUntilLastUserClosesWhenSameStoreIsStartedTwice() throws SQLException {
        String url = url("mem");
        EmbeddedReplication first = provider.start(url, "SA", "pw", 1);
        EmbeddedReplication second = provider.start(url, "SA", "pw", 1);
        EmbeddedNode replica = first.nodes().get(1);

        first.close();
        first.close();

        open(replica).close();
        second.close();
        assertThatThrownBy(() -> open(replica))
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isEqualTo("90146");
    }

    @Test
    void shouldContinueWhenClusterOnFilesIsStartedAgain() throws SQLException {
        String url = url("file");
        try (EmbeddedReplication cluster = provider.start(url, "SA", "pw", 1);
                LoggedWriter writer = new LoggedWriter(url, "SA", "pw")) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY)");
            await().until(() -> cluster.appliedLsn(1) >= 0);
        }

        try (EmbeddedReplication cluster = provider.start(url, "SA", "pw", 1);
                LoggedWriter writer = new LoggedWriter(url, "SA", "pw")) {
            long lsn = writer.run("INSERT INTO T VALUES(1)")
                    .commit(rows("T", Change.INSERT, List.of("ID"), 0, new Object[][] {{1}}));
            cluster.committed(lsn);
            await().until(() -> cluster.appliedLsn(1) == lsn);
            assertThat(lsn).isEqualTo(2);
        }
    }

    @Test
    void shouldFailWithReasonWhenClusterCannotBeStarted() throws SQLException {
        String url = url("mem");
        try (EmbeddedReplication cluster = provider.start(url, "SA", "pw", 1);
                LoggedWriter writer = new LoggedWriter(url, "SA", "pw")) {
            assertThat(cluster.appliedLsn(0)).isZero();
            writer.run("CREATE USER CLERK PASSWORD 'clerk'");
            assertState(() -> provider.start(url, "SA", "wrong", 1), "28000", "Wrong user name or password");
            assertState(
                    () -> provider.start(url, "SA", "pw", 3), "08001", "already runs in this JVM with weir.replicas=1");
        }
        String file = url("file");
        try (Connection plain = Sessions.open(StoreUrl.parse(file), "SA", "pw")) {
            Sessions.execute(plain, "CREATE USER CLERK PASSWORD 'clerk'");
            assertState(() -> provider.start(file, "CLERK", "clerk", 1), "42501", "ADMIN TRUE");
        }
        assertState(() -> provider.start("jdbc:h2:tcp://localhost/shop", "SA", "", 1), "08001", "behind a server");
        assertState(() -> provider.start("jdbc:h2:mem:", "SA", "", 1), "08001", "name it");
    }

    private static void assertState(ThrowingCallable call, String state, String text) {
        assertThatThrownBy(call)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(text)
                .extracting("SQLState")
                .isEqualTo(state);
    }
}
