package dev.weir.replicator.replica;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows 32 and 33 of the table of hazards: what fails on one node only, and sessions of a replica that stand in the way of its applier. */
class ReplicaTroubleTest {
    private static final String USER = "SA";
    private static final String PASSWORD = "secret";
    private static final String[] TABLE = {
        "CREATE TABLE T(ID INT PRIMARY KEY, N INT)", "INSERT INTO T VALUES(1, 0), (2, 0), (3, 0)"
    };

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private StoreUrl url;
    private PrimaryStore primary;
    private LoggedWriter writer;
    private Replication replication;

    @BeforeEach
    void openCluster() throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        primary = PrimaryStore.open(url, USER, PASSWORD);
        writer = new LoggedWriter(url.jdbc(), USER, PASSWORD);
        StoreUrl store = url.sibling("-replica-1");
        replication = new Replication(
                new ReplicaSite("replica-1", store, store.jdbc()), new PrimaryAccess(url, USER, PASSWORD), nanos::get);
        writer.ddl(TABLE[0]);
        writer.sql(TABLE[1], 3);
        work(4);
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
    }

    @AfterEach
    void closeAll() throws SQLException {
        replication.close();
        writer.close();
        primary.close();
    }

    private void work(int rounds) throws SQLException {
        for (int i = 0; i < rounds; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            primary.flush();
            replication.work();
        }
    }

    private Connection reader() throws SQLException {
        return Sessions.open(url.sibling("-replica-1"), USER, PASSWORD);
    }

    private void increment(int... ids) throws SQLException {
        Rows[] images = new Rows[ids.length];
        for (int i = 0; i < ids.length; i++) {
            writer.run("UPDATE T SET N = N + 1 WHERE ID = " + ids[i]);
            long n = Sessions.queryLong(writer.connection(), "SELECT N FROM T WHERE ID = " + ids[i]);
            images[i] = rows("T", Change.UPDATE, List.of("ID", "N"), 1, new Object[][] {{ids[i], (int) n}});
        }
        writer.commit(images);
    }

    private void assertEqualStores() throws SQLException {
        try (Connection left = Sessions.open(url, USER, PASSWORD);
                Connection right = reader()) {
            assertThat(StoreComparison.compare(left, right))
                    .isNotEmpty()
                    .allSatisfy(table ->
                            assertThat(table.difference()).as(table.table()).isEmpty());
        }
    }

    /** Whoever repeats the texts in order, each by itself, and goes on after an error, loses what another session stood in the way of. */
    @Test
    void shouldDifferOnPlainH2WhenAReaderHoldsARow() throws SQLException {
        StoreUrl plain = StoreUrl.parse("jdbc:h2:mem:plain-copy;LOCK_TIMEOUT=50");
        try (Connection copy = Sessions.open(plain, USER, "");
                Connection reader = Sessions.open(plain, USER, "")) {
            Sessions.execute(copy, TABLE[0]);
            Sessions.execute(copy, TABLE[1]);
            reader.setAutoCommit(false);
            Sessions.execute(reader, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");

            assertThatThrownBy(() -> Sessions.execute(copy, "UPDATE T SET N = N + 1 WHERE ID = 1"))
                    .isInstanceOf(SQLException.class);
            Sessions.execute(copy, "UPDATE T SET N = N + 1 WHERE ID = 2");
            reader.rollback();

            assertThat(Sessions.queryLong(copy, "SELECT COUNT(*) FROM T WHERE N = 1"))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldWaitInFrontOfARowThatAReaderHoldsAndSkipNothing() throws SQLException {
        try (Connection reader = reader()) {
            reader.setAutoCommit(false);
            Sessions.execute(reader, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");
            increment(2);
            increment(3, 1);
            increment(3);

            work(1);

            assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
            assertThat(replication.appliedLsn())
                    .as("the entry before, and nothing of it")
                    .isEqualTo(3);
            assertThat(Sessions.queryLong(reader, "SELECT SUM(N) FROM T")).isEqualTo(1);
        }

        work(3);

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }

    /** H2 rolls the whole transaction of the one that it chooses back. */
    @Test
    void shouldApplyTheWholeEntryOnceWhenAReaderAndTheApplierWaitForEachOther() throws Exception {
        try (Connection reader = reader()) {
            Sessions.execute(reader, "SET LOCK_TIMEOUT 60000");
            reader.setAutoCommit(false);
            Sessions.execute(reader, "SELECT * FROM T WHERE ID = 1 FOR UPDATE");
            increment(2, 1);
            CompletableFuture<Void> crossing = CompletableFuture.runAsync(() -> {
                try {
                    awaitWaiting();
                    Sessions.execute(reader, "SELECT * FROM T WHERE ID = 2 FOR UPDATE");
                } catch (SQLException chosen) {
                    assertThat(chosen.getSQLState()).startsWith("40");
                }
            });
            for (int i = 0; !crossing.isDone() && i < 100; i++) {
                work(1);
            }
            crossing.get(60, TimeUnit.SECONDS);
            reader.rollback();
        }

        work(3);

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }

    /** Until the applier has changed row 2, and so comes to the reader's row. */
    private void awaitWaiting() throws SQLException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        try (Connection probe = reader();
                PreparedStatement query =
                        probe.prepareStatement("SELECT ID FROM T WHERE ID = 2 FOR UPDATE SKIP LOCKED")) {
            boolean free = true;
            while (free && System.nanoTime() < end) {
                try (ResultSet row = query.executeQuery()) {
                    free = row.next();
                }
            }
        }
    }

    /** The store refuses the applier's commit, as it does when it has no room, and takes the same entries when it can. */
    @Test
    void shouldKeepItsPlaceWhileItsOwnStoreRefuses() throws SQLException {
        try (Connection other = Sabotage.open(replication.site())) {
            other.setAutoCommit(false);
            Sessions.execute(other, "UPDATE WEIR.CHECKPOINT SET APPLIED_AT = CURRENT_TIMESTAMP");
            increment(1);
            increment(2, 3);

            work(1);

            assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
            assertThat(replication.appliedLsn()).isEqualTo(2);
            assertThat(Sessions.queryLong(other, "SELECT SUM(N) FROM T")).isZero();
        }

        work(3);

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }
}
