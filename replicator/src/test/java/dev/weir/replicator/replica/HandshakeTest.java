package dev.weir.replicator.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.Environment;
import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandshakeTest {
    private static final String USER = "SA";
    private static final String PASSWORD = "secret";

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private StoreUrl url;
    private PrimaryStore primary;
    private LoggedWriter writer;
    private Replication replication;

    @BeforeEach
    void openPrimary() throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        open(url);
        replication = replication();
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
    }

    private void open(StoreUrl store) throws SQLException {
        primary = PrimaryStore.open(store, USER, PASSWORD);
        writer = new LoggedWriter(store.jdbc(), USER, PASSWORD);
    }

    @AfterEach
    void closeAll() throws SQLException {
        replication.close();
        closePrimary();
    }

    private void closePrimary() throws SQLException {
        writer.close();
        primary.close();
    }

    private Replication replication() {
        StoreUrl store = url.sibling("-replica-1");
        return new Replication(
                new ReplicaSite("replica-1", store, store.jdbc()), new PrimaryAccess(url, USER, PASSWORD), nanos::get);
    }

    private void work() throws SQLException {
        for (int i = 0; i < 8; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            primary.flush();
            replication.work();
        }
    }

    private void assertEqualStores() throws SQLException {
        try (Connection left = Sessions.open(url, USER, PASSWORD);
                Connection right = Sessions.open(url.sibling("-replica-1"), USER, PASSWORD)) {
            assertThat(StoreComparison.compare(left, right))
                    .isNotEmpty()
                    .allSatisfy(table ->
                            assertThat(table.difference()).as(table.table()).isEmpty());
        }
    }

    /** Has the primary's openings, or one of them, tell another environment than this JVM's. */
    private void pretend(String fact, String value, String condition) throws SQLException {
        try (Connection admin = Sessions.open(url, USER, PASSWORD)) {
            Map<String, String> facts = new HashMap<>(Environment.of(admin).facts());
            assertThat(facts).containsKey(fact);
            if (!value.isEmpty()) {
                facts.put(fact, value);
            }
            try (PreparedStatement update =
                    admin.prepareStatement("UPDATE WEIR.INCARNATION SET ENVIRONMENT = ? WHERE " + condition)) {
                update.setString(1, new Environment(facts).text());
                assertThat(update.executeUpdate()).isPositive();
            }
        }
    }

    @Test
    void shouldRefuseToCopyPrimaryThatRunsOnAnotherJava() throws SQLException {
        pretend("Java version", "99", "TRUE");

        work();

        assertThat(replication.isHopeless()).isTrue();
        assertThat(replication.appliedLsn()).isEqualTo(-1);
        assertThat(replication.status().message())
                .contains("replica replica-1 and its primary differ: Java version is ")
                .contains(" here and 99 on the primary")
                .contains("the same version of H2 and Java");
        assertThat(url.sibling("-replica-1").file()).doesNotExist();
    }

    @Test
    void shouldStopApplyingAndServingUntilPrimaryRunsAsReplicaDoesAgain() throws SQLException {
        work();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        pretend("collation", "ICU4J_DE STRENGTH TERTIARY #1", "TRUE");
        replication.restart();
        writer.sql("INSERT INTO T VALUES(1, 'one')", 1);

        work();

        assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
        assertThat(replication.appliedLsn()).isEqualTo(-1);
        assertThat(replication.status().message())
                .contains("collation is OFF #")
                .contains("ICU4J_DE");

        pretend("collation", "", "TRUE");
        work();

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }

    @Test
    void shouldCopyPrimaryAnewWhenEntriesCameFromAnotherEnvironment() throws SQLException {
        work();
        replication.close();
        writer.sql("INSERT INTO T VALUES(1, 'one')", 1);
        primary.flush();
        pretend("locale", "Samstag Januar 1.234,50 #1", "TRUE");
        closePrimary();
        open(url);
        writer.sql("INSERT INTO T VALUES(2, 'two')", 1);
        replication = replication();
        replication.work();
        assertThat(replication.state()).isEqualTo(ReplicaState.SEEDING);
        assertThat(replication.status().message()).contains("in another environment: locale is ");

        work();

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }

    @Test
    void shouldGoOnWhenPrimaryWasOpenedAnewInTheSameEnvironment() throws SQLException {
        work();
        replication.close();
        writer.sql("INSERT INTO T VALUES(1, 'one')", 1);
        closePrimary();
        open(url);
        writer.sql("INSERT INTO T VALUES(2, 'two')", 1);
        replication = replication();
        replication.work();

        assertThat(replication.state()).isNotEqualTo(ReplicaState.SEEDING);
        work();
        assertEqualStores();
    }

    @Test
    void shouldCopyPrimaryWithACollation() throws SQLException {
        replication.close();
        closePrimary();
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("sorted"));
        open(url.with("COLLATION", "GERMAN"));
        writer.ddl("CREATE TABLE T(ID VARCHAR PRIMARY KEY)");
        writer.sql("INSERT INTO T VALUES('\u00e4'), ('b'), ('A')", 3);
        replication = replication();

        work();

        assertThat(replication.status().message()).isEmpty();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }
}
