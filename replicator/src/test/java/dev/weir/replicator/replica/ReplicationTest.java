package dev.weir.replicator.replica;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.SessionContext;
import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.ReplicaOrders;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.h2.tools.Restore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationTest {
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
        primary = PrimaryStore.open(url, USER, PASSWORD);
        writer = new LoggedWriter(url.jdbc(), USER, PASSWORD);
        replication = replication();
    }

    @AfterEach
    void closeAll() throws SQLException {
        replication.close();
        writer.close();
        primary.close();
    }

    private Replication replication() {
        StoreUrl store = url.sibling("-replica-1");
        return new Replication(
                new ReplicaSite("replica-1", store, store.jdbc()), new PrimaryAccess(url, USER, PASSWORD), nanos::get);
    }

    /** Works until the replica has applied everything, or stops for a reason. */
    private void catchUp() throws SQLException {
        for (int i = 0; i < 100; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            boolean more = primary.flush();
            if (replication.work() == 0 && !more) {
                return;
            }
        }
        throw new AssertionError("Not caught up: " + replication.status());
    }

    private Connection reader() throws SQLException {
        return Sessions.open(url.sibling("-replica-1").with("IFEXISTS", "TRUE"), USER, PASSWORD);
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

    @Test
    void shouldHoldPrimarysDataWhenSeededFromStoreThatExisted() throws SQLException {
        writer.run("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR, B BLOB)")
                .run("INSERT INTO T VALUES(1, 'one', X'0102'), (2, SPACE(50000), NULL)")
                .run("COMMIT");

        catchUp();

        assertEqualStores();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertThat(replication.appliedLsn()).isZero();
    }

    @Test
    void shouldApplyEveryFormWhenEntriesArrive() throws SQLException {
        catchUp();
        writer.ddl("CREATE TABLE T(ID BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, V VARCHAR)");
        writer.ddl("CREATE TABLE BAG(V VARCHAR)");
        writer.run("INSERT INTO T(V) VALUES('a'), ('b'), ('c')")
                .commit(rows(
                        "T",
                        Change.INSERT,
                        List.of("ID", "V"),
                        0,
                        new Object[] {1L, "a"},
                        new Object[] {2L, "b"},
                        new Object[] {3L, "c"}));
        writer.run("UPDATE T SET V = 'B' WHERE ID = 2")
                .commit(rows("T", Change.UPDATE, List.of("ID", "V"), 1, new Object[][] {{2L, "B"}}));
        writer.run("DELETE FROM T WHERE ID = 3")
                .commit(rows("T", Change.DELETE, List.of("ID"), 1, new Object[][] {{3L}}));
        writer.run("INSERT INTO BAG VALUES('x'), ('x'), (NULL)")
                .commit(rows("BAG", Change.INSERT, List.of("V"), 0, new Object[][] {{"x"}, {"x"}, {null}}));
        writer.run("DELETE FROM BAG WHERE V = 'x' FETCH FIRST ROW ONLY")
                .commit(rows("BAG", Change.DELETE_BAG, List.of("V"), 0, new Object[][] {{"x"}}));
        writer.sql("UPDATE T SET V = UPPER(V) WHERE ID = 1", 1);
        writer.ddl("ALTER TABLE T ADD COLUMN N INT DEFAULT 7");

        catchUp();

        assertEqualStores();
        // Nine, and one that says how far the identity may get.
        assertThat(replication.appliedLsn()).isEqualTo(10);
        assertThat(replication.status().lagEntries()).hasValue(0);
        assertThat(replication.status().lag()).contains(Duration.ZERO);
    }

    @Test
    void shouldApplyRowsThatExchangeUniqueValuesWhenTheyComeOneByOne() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, U INT UNIQUE, DOUBLED INT GENERATED ALWAYS AS (U * 2))");
        writer.sql("INSERT INTO T(ID, U) VALUES(1, 1), (2, 2), (3, 3)", 3);
        catchUp();
        writer.run("UPDATE T SET U = U + 1").commit(rows("T", Change.UPDATE, List.of("ID", "U"), 1, new Object[][] {
            {1, 2}, {2, 3}, {3, 4}
        }));

        catchUp();

        assertThat(replication.status().message()).isEmpty();
        assertEqualStores();
    }

    @Test
    void shouldContinueFromCheckpointWhenReplicaIsClosedAndOpenedAgain() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        for (int i = 1; i <= 250; i++) {
            writer.sql("INSERT INTO T VALUES(" + i + ", 0)", 1);
            if (i % 50 == 0) {
                replication.work();
                replication.close();
                replication = replication();
                replication.work();
                assertThat(replication.state()).isNotEqualTo(ReplicaState.SEEDING);
            }
        }

        catchUp();

        assertEqualStores();
        assertThat(replication.appliedLsn()).isEqualTo(251);
    }

    @Test
    void shouldStopInFrontOfEntryWhenItChangesAnotherNumberOfRows() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);
        catchUp();
        writer.sql("INSERT INTO T VALUES(2, 2)", 1);
        writer.run("INSERT INTO T VALUES(3, 3)")
                .commit(new Sql(SessionContext.DEFAULT, "UPDATE T SET V = 5 WHERE ID = 77", List.of(), 1));

        catchUp();

        assertThat(replication.state()).isEqualTo(ReplicaState.DIVERGED);
        assertThat(replication.appliedLsn()).isEqualTo(-1);
        assertThat(replication.status().message()).contains("Entry 4").contains("0 rows here and 1 on the primary");
        try (Connection reader = reader()) {
            assertThat(Sessions.queryLong(reader, "SELECT LSN FROM WEIR.CHECKPOINT"))
                    .isEqualTo(3);
            assertThat(Sessions.queryLong(reader, "SELECT COUNT(*) FROM T")).isEqualTo(2);
        }
    }

    @Test
    void shouldSayThatItStallsWhenNothingBecomesDurableOnPrimary() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            replication.work();
        }
        assertThat(replication.appliedLsn()).isEqualTo(1);
        assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
        assertThat(replication.status().message()).contains("durable").contains("weir-replicator primary");

        catchUp();

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertEqualStores();
    }

    /** A copy may hold what the primary has committed and not yet forced. */
    @Test
    void shouldHideCopyUntilPrimaryCannotLoseItEvenWhenRestarted() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        primary.flush();
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);
        replication.work();
        replication.close();
        replication = replication();

        replication.work();

        assertThat(replication.appliedLsn()).isEqualTo(-1);
        primary.flush();
        replication.work();
        assertThat(replication.appliedLsn()).isEqualTo(2);
        assertEqualStores();
    }

    @Test
    void shouldShowConfirmedCopyWhenRestartedWithoutPrimary() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        replication.close();
        StoreUrl store = url.sibling("-replica-1");
        replication = new Replication(
                new ReplicaSite("replica-1", store, store.jdbc()),
                new PrimaryAccess(url, USER, "not the password"),
                nanos::get);

        replication.work();

        assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
        assertThat(replication.appliedLsn()).isEqualTo(1);
    }

    @Test
    void shouldReseedWhenPrimaryHasLostWhatReplicaHolds() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);
        catchUp();
        replication.close();
        // As if the primary had crashed before entry 2 was durable and then committed something else.
        writer.run("DELETE FROM T")
                .run("DELETE FROM WEIR.LOG WHERE LSN = 2")
                .run("UPDATE WEIR.HEAD SET LSN = 1, DIGEST = (SELECT DIGEST FROM WEIR.LOG WHERE LSN = 1)")
                .run("COMMIT");
        writer.sql("INSERT INTO T VALUES(9, 9)", 1);
        replication = replication();

        catchUp();

        assertEqualStores();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertThat(replication.appliedLsn()).isEqualTo(2);
        assertThat(lostFiles())
                .singleElement(as(STRING))
                .contains("replica-1 held and its primary does not have: entries 2 to 2")
                .doesNotContain("may be lost as well")
                .contains("-- entry 2, committed 20")
                .contains("INSERT INTO T VALUES(1, 1);");
    }

    private List<String> lostFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> texts = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().contains("shop-replica-1.lost-"))
                    .toList()) {
                texts.add(Files.readString(file));
            }
            return texts;
        }
    }

    @Test
    void shouldSaveRowsThatPrimaryHasLostWhenItsStoreIsAnOlderCopy() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
        catchUp();
        Sessions.execute(writer.connection(), "BACKUP TO '" + directory.resolve("old.zip") + "'");
        writer.run("INSERT INTO T VALUES(1, 'it''s')")
                .commit(rows("T", Change.INSERT, List.of("ID", "V"), 0, new Object[][] {{1, "it's"}}));
        writer.run("UPDATE T SET V = 'b'").commit(rows("T", Change.UPDATE, List.of("ID", "V"), 1, new Object[][] {
            {1, "b"}
        }));
        catchUp();
        replication.close();
        replication = replication();
        writer.close();
        primary.close();
        Restore.execute(directory.resolve("old.zip").toString(), directory.toString(), "shop");
        primary = PrimaryStore.open(url, USER, PASSWORD);
        writer = new LoggedWriter(url.jdbc(), USER, PASSWORD);
        writer.run("INSERT INTO T VALUES(2, 'new')")
                .commit(rows("T", Change.INSERT, List.of("ID", "V"), 0, new Object[][] {{2, "new"}}));

        catchUp();
        catchUp();

        assertEqualStores();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        assertThat(lostFiles())
                .singleElement(as(STRING))
                .contains("INSERT INTO \"PUBLIC\".\"T\"(\"ID\", \"V\") OVERRIDING SYSTEM VALUE VALUES (1, 'it''s');")
                .contains("UPDATE \"PUBLIC\".\"T\" SET \"V\" = 'b' WHERE \"ID\" = 1;");
    }

    @Test
    void shouldReseedByItselfWhenItWasAwayLongerThanLogReaches() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);
        catchUp();
        replication.close();
        writer.sql("INSERT INTO T VALUES(2, 2)", 1);
        writer.sql("INSERT INTO T VALUES(3, 3)", 1);
        writer.run("DELETE FROM WEIR.LOG WHERE LSN < 4").run("COMMIT");
        replication = replication();

        catchUp();

        assertEqualStores();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
    }

    @Test
    void shouldReseedWhenLogIsCutWhileItIsConnected() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        writer.sql("INSERT INTO T VALUES(2, 2)", 1);
        writer.sql("INSERT INTO T VALUES(3, 3)", 1);
        writer.run("DELETE FROM WEIR.LOG WHERE LSN < 3").run("COMMIT");

        catchUp();

        assertEqualStores();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
    }

    @Test
    void shouldStopAtHeldEntryAndCopyAnewWhenOrderedThroughPrimary() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        try (Connection admin = Sessions.open(url, USER, PASSWORD)) {
            ReplicaOrders.hold(admin, "replica-1", 2, Duration.ofMinutes(10));
            writer.sql("INSERT INTO T VALUES(1, 1)", 1);
            writer.sql("INSERT INTO T VALUES(2, 2)", 1);
            catchUp();
            assertThat(replication.appliedLsn()).isEqualTo(2);
            ReplicaOrders.release(admin, "replica-1");
            catchUp();
            assertThat(replication.appliedLsn()).isEqualTo(3);

            try (Connection applier =
                    ApplierAccount.find(replication.site()).orElseThrow().open(replication.site())) {
                Sessions.execute(applier, "UPDATE T SET V = 77 WHERE ID = 1");
            }
            ReplicaOrders.resync(admin, "replica-1");
            catchUp();
            catchUp();
            assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        }
        assertEqualStores();
    }

    @Test
    void shouldReseedWhilePeopleReadWhenDigestChainBreaks() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        writer.run("UPDATE WEIR.HEAD SET DIGEST = DIGEST + 1").run("COMMIT");
        writer.sql("INSERT INTO T VALUES(1, 1)", 1);

        try (Connection reader = reader()) {
            assertThat(Sessions.queryLong(reader, "SELECT COUNT(*) FROM T")).isZero();
            catchUp();
        }

        assertEqualStores();
        assertThat(replication.appliedLsn()).isEqualTo(2);
    }

    @Test
    void shouldRefuseWritesToReplicaFromEveryUserWhenPrimaryAllowsThem() throws SQLException {
        writer.ddl("CREATE USER CLERK PASSWORD 'clerk'");
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        writer.ddl("GRANT ALL ON T TO CLERK");
        catchUp();
        writer.ddl("CREATE USER BOSS PASSWORD 'boss' ADMIN");
        writer.ddl("CREATE SCHEMA BOOKS AUTHORIZATION BOSS");
        writer.ddl("CREATE TABLE BOOKS.B(ID INT PRIMARY KEY)");
        writer.ddl("GRANT INSERT, SELECT ON SCHEMA BOOKS TO CLERK");
        writer.ddl("GRANT ALTER ANY SCHEMA TO CLERK");

        catchUp();

        StoreUrl replica = url.sibling("-replica-1").with("IFEXISTS", "TRUE");
        for (String[] user : new String[][] {{USER, PASSWORD}, {"CLERK", "clerk"}, {"BOSS", "boss"}}) {
            try (Connection reader = Sessions.open(replica, user[0], user[1])) {
                for (String read : List.of(
                        "SELECT COUNT(*) FROM T",
                        "SELECT COUNT(*) FROM BOOKS.B",
                        "SELECT LSN FROM WEIR.CHECKPOINT",
                        "SELECT COUNT(*) FROM WEIR.NODE")) {
                    Sessions.queryLong(reader, read);
                }
                for (String write : List.of(
                        "INSERT INTO T VALUES(5, 5)",
                        "INSERT INTO BOOKS.B VALUES(5)",
                        "CREATE TABLE BOOKS.X(ID INT)",
                        "CREATE TABLE X(ID INT)",
                        "UPDATE WEIR.CHECKPOINT SET LSN = 0",
                        "SHUTDOWN")) {
                    assertThatThrownBy(() -> Sessions.execute(reader, write))
                            .as(user[0] + ": " + write)
                            .isInstanceOf(SQLException.class)
                            .hasMessageMatching("(?s)(Not enough rights|Admin rights).*");
                }
            }
        }
    }

    @Test
    void shouldSeedAtOneLsnWhenWritersAndSchemaChangesGoOn() throws Exception {
        writer.ddl("CREATE TABLE A(ID INT PRIMARY KEY, V INT)");
        writer.ddl("CREATE TABLE B(ID INT PRIMARY KEY, V INT)");
        writer.sql("INSERT INTO A SELECT X, 0 FROM SYSTEM_RANGE(1, 2000)", 2000);
        writer.sql("INSERT INTO B VALUES(1, 0)", 1);
        AtomicBoolean stop = new AtomicBoolean();
        Thread load = new Thread(() -> {
            try (LoggedWriter other = new LoggedWriter(url.jdbc(), USER, PASSWORD)) {
                for (int i = 1; !stop.get(); i++) {
                    int row = i % 2000 + 1;
                    other.run("UPDATE A SET V = " + i + " WHERE ID = " + row)
                            .run("UPDATE B SET V = " + i + " WHERE ID = 1")
                            .commit(
                                    rows("A", Change.UPDATE, List.of("ID", "V"), 1, new Object[][] {{row, i}}),
                                    rows("B", Change.UPDATE, List.of("ID", "V"), 1, new Object[][] {{1, i}}));
                    if (i % 500 == 0) {
                        other.ddl("CREATE TABLE C" + i + "(ID INT PRIMARY KEY)");
                    }
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        load.start();
        try {
            catchUpUnderLoad();
        } finally {
            stop.set(true);
            load.join();
        }

        catchUp();

        assertEqualStores();
    }

    private void catchUpUnderLoad() throws SQLException {
        for (int i = 0; i < 30; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            primary.flush();
            replication.work();
        }
    }

    @Test
    void shouldLeaveForeignStoreAloneWhenItStandsWhereReplicaBelongs() throws Exception {
        try (Connection other = Sessions.open(url.sibling("-replica-1"), "OTHER", "other")) {
            Sessions.execute(other, "CREATE TABLE PRECIOUS(ID INT)");
        }

        catchUp();

        assertThat(replication.state()).isEqualTo(ReplicaState.STALLED);
        assertThat(replication.status().message()).contains("Nothing was changed");
        try (Connection other = Sessions.open(url.sibling("-replica-1"), "OTHER", "other")) {
            assertThat(Sessions.queryLong(other, "SELECT COUNT(*) FROM PRECIOUS"))
                    .isZero();
        }
    }

    @Test
    void shouldCopyAnewWhenSchemaChangeWasCutShort() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        catchUp();
        replication.close();
        ReplicaSite site = replication.site();
        try (Connection applier = ApplierAccount.find(site).orElseThrow().open(site)) {
            Sessions.execute(applier, "INSERT INTO WEIR.APPLYING VALUES(1, 2, 'before')");
            Sessions.execute(applier, "ALTER TABLE T ADD COLUMN HALF_DONE INT");
        }
        writer.ddl("ALTER TABLE T ADD COLUMN N INT");
        replication = replication();

        catchUp();

        assertEqualStores();
        assertThat(Files.exists(directory.resolve("shop-replica-1-seed.mv.db"))).isFalse();
    }

    @Test
    void shouldSayThatLagIsUnknownWhenPrimaryIsSilent() throws SQLException {
        catchUp();
        assertThat(replication.status().lagEntries()).hasValue(0);

        nanos.addAndGet(Duration.ofSeconds(6).toNanos());

        assertThat(replication.status().lagEntries()).isEmpty();
        assertThat(replication.status().lag()).isEmpty();
    }

    @Test
    void shouldRegisterWithPrimaryWhenItStreams() throws SQLException {
        catchUp();
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        replication.work();

        try (Connection connection = Sessions.open(url, USER, PASSWORD)) {
            assertThat(Sessions.queryLong(
                            connection,
                            "SELECT COUNT(*) FROM WEIR.REPLICA WHERE NAME = 'replica-1' AND STATE = 'STREAMING'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldKeepTheOrderOfANewCopyUntilThatIsMade() throws SQLException {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY)");
        catchUp();
        try (Connection admin = Sessions.open(url, USER, PASSWORD)) {
            ReplicaOrders.resync(admin, "replica-1");
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            replication.work();
            // The order is known, the copy is not made yet, and the process ends.
            replication.close();
            assertThat(Sessions.queryLong(admin, "SELECT COUNT(*) FROM WEIR.REPLICA_ORDER WHERE RESYNC"))
                    .isEqualTo(1);

            replication = replication();
            catchUp();

            assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
            assertThat(Sessions.queryLong(admin, "SELECT COUNT(*) FROM WEIR.REPLICA_ORDER WHERE RESYNC"))
                    .isZero();
            assertThat(Sessions.queryLong(
                            admin, "SELECT COUNT(*) FROM WEIR.REPLICA WHERE STATE = 'STREAMING' AND SEED_ROWS IS NULL"))
                    .isEqualTo(1);
        }
    }
}
