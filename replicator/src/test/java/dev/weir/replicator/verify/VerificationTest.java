package dev.weir.replicator.verify;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.replicator.Runner;
import dev.weir.replicator.replica.ReplicaSite;
import dev.weir.replicator.replica.Replication;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.h2.api.Trigger;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dweir.verify.rows=1000000} for a table of that size, {@code -Dweir.verify.tcp=true} for primary and replica behind servers. */
class VerificationTest {
    private static final int ROWS = Integer.getInteger("weir.verify.rows", 20_000);
    private static final boolean TCP = Boolean.getBoolean("weir.verify.tcp");
    private static final int WRITERS = 4;

    @TempDir
    Path directory;

    private StoreUrl url;
    private StoreUrl replicaUrl;
    private Server server;
    private PrimaryStore primary;
    private PrimaryAccess access;
    private LoggedWriter writer;
    private Replication replication;
    private final List<Runner> runners = new ArrayList<>();
    private final List<VerifyProgress> told = new ArrayList<>();

    @BeforeEach
    void start() throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        replicaUrl = url.sibling("-r1");
        primary = PrimaryStore.open(url, "SA", "");
        server = Server.createTcpServer("-tcpPort", "0", "-ifExists", "-tcpDaemon");
        if (TCP) {
            server.start();
        }
        access = new PrimaryAccess(asked(url), "SA", "");
        writer = new LoggedWriter(url.jdbc(), "SA", "");
        replication = new Replication(new ReplicaSite("r1", replicaUrl, replicaUrl.jdbc()), access, System::nanoTime);
        runners.add(new Runner(
                "flush",
                () -> {
                    try {
                        return primary.flush() ? 1 : 0;
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                Duration.ofMillis(3)));
        runners.add(new Runner("replica", replication::work, Duration.ofMillis(3)));
    }

    @AfterEach
    void stop() throws SQLException {
        runners.forEach(Runner::close);
        replication.close();
        writer.close();
        primary.close();
        server.stop();
    }

    /** The store as the comparison reaches it. */
    private StoreUrl asked(StoreUrl store) {
        return TCP ? StoreUrl.parse("jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/" + store.location()) : store;
    }

    private void replicate() throws SQLException {
        runners.forEach(Runner::start);
        long head = Sessions.queryLong(writer.connection(), "SELECT LSN FROM WEIR.HEAD");
        writer.connection().rollback();
        Awaitility.await().atMost(Duration.ofMinutes(10)).until(() -> replication.appliedLsn() >= head);
    }

    /** Changes the replica by hand, as nobody but its applier can. */
    private void alter(String... statements) throws Exception {
        String password =
                Files.readAllLines(directory.resolve("shop-r1.applier")).get(0);
        try (Connection applier = Sessions.open(replicaUrl.with("IFEXISTS", "TRUE"), "WEIR_APPLIER", password)) {
            for (String statement : statements) {
                Sessions.execute(applier, statement);
            }
        }
    }

    private VerifyReport verify(int load) throws Exception {
        return new Verification(
                        access,
                        "r1",
                        () -> Sessions.open(asked(replicaUrl).with("IFEXISTS", "TRUE"), "SA", ""),
                        load,
                        Duration.ofSeconds(60),
                        told::add)
                .run();
    }

    @Test
    void shouldFindAndMendOneAlteredValueWhileWritersRun() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR, N INT)");
        writer.sql("INSERT INTO T SELECT X, 'value ' || X, 0 FROM SYSTEM_RANGE(1, " + ROWS + ")", ROWS);
        replicate();
        int altered = ROWS / 3;
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong commits = new AtomicLong();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            int own = w;
            writers.add(CompletableFuture.runAsync(() -> write(own, altered, done, commits)));
        }
        try {
            alter("UPDATE T SET V = 'altered' WHERE ID = " + altered);
            long before = commits.get();
            VerifyReport found = verify(100);
            System.out.printf(
                    "%d rows compared in %d ms at load 100 while %d commits ran%n",
                    found.rows(), found.elapsed().toMillis(), commits.get() - before);

            assertThat(found.differences()).singleElement().satisfies(difference -> {
                assertThat(difference.table()).isEqualTo("\"PUBLIC\".\"T\"");
                assertThat(difference.what()).isEqualTo("row differs");
                assertThat(difference.key()).isEqualTo("\"ID\" = " + altered);
            });
            assertThat(commits.get()).isGreaterThan(before);
            assertThat(new Repair(access).mend(found)).isEqualTo(1);

            VerifyReport mended = verify(100);
            assertThat(mended.differences()).isEmpty();
            assertThat(mended.lsn()).isGreaterThan(found.lsn());
            assertThat(mended.rows()).isEqualTo(ROWS);
        } finally {
            done.set(true);
            writers.forEach(CompletableFuture::join);
        }
        assertThat(replication.status().message()).isEmpty();
        assertThat(told.get(told.size() - 1).left()).isPresent();
    }

    private void write(int own, int spared, AtomicBoolean done, AtomicLong commits) {
        try (LoggedWriter other = new LoggedWriter(url.jdbc(), "SA", "")) {
            for (int n = 1; !done.get(); n++) {
                int id = (n * WRITERS + own) % ROWS + 1;
                if (id != spared) {
                    other.run("UPDATE T SET N = " + n + " WHERE ID = " + id)
                            .commit(rows("T", Change.UPDATE, List.of("ID", "N"), 1, new Object[][] {{id, n}}));
                    commits.incrementAndGet();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldNameRowsOfEveryKindOfKeyAndMendThem() throws Exception {
        writer.ddl("CREATE TABLE PAIRS(A VARCHAR, B INT, V INT, D INT GENERATED ALWAYS AS (V + 1), PRIMARY KEY(A, B))");
        writer.ddl(
                "CREATE TABLE STAMPS(ID BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, U INT UNIQUE, AT DATE, B BLOB, C CLOB, J JSON)");
        writer.ddl("CREATE TABLE BAG(V VARCHAR)");
        writer.sql("INSERT INTO PAIRS(A, B, V) SELECT 'a' || MOD(X, 7), X, X FROM SYSTEM_RANGE(1, 5000)", 5000);
        writer.sql(
                "INSERT INTO STAMPS(U, AT, B, C, J) SELECT X, DATE '2026-01-01', X'0102', 'text ' || X, JSON '{\"a\":1}' FROM SYSTEM_RANGE(1, 100)",
                100);
        writer.sql("INSERT INTO BAG VALUES('x'), ('x'), (NULL)", 3);
        replicate();
        assertThat(verify(100).differences()).isEmpty();

        alter(
                "UPDATE PAIRS SET V = 0 WHERE A = 'a3' AND B = 10",
                "DELETE FROM PAIRS WHERE A = 'a1' AND B = 4999",
                "INSERT INTO PAIRS(A, B, V) VALUES('zz', 1, 1)",
                "UPDATE STAMPS SET U = -U WHERE ID IN (5, 6)",
                "UPDATE STAMPS SET C = 'other' WHERE ID = 7");
        VerifyReport report = verify(100);
        assertThat(report.differences())
                .extracting(Difference::what, Difference::key)
                .containsExactlyInAnyOrder(
                        tuple("row differs", "\"A\" = 'a3' AND \"B\" = 10"),
                        tuple("row is missing", "\"A\" = 'a1' AND \"B\" = 4999"),
                        tuple("row is not on the primary", "\"A\" = 'zz' AND \"B\" = 1"),
                        tuple("row differs", "\"ID\" = 5"),
                        tuple("row differs", "\"ID\" = 6"),
                        tuple("row differs", "\"ID\" = 7"));

        assertThat(new Repair(access).mend(report)).isEqualTo(6);
        assertThat(verify(100).differences()).isEmpty();
    }

    @Test
    void shouldTellWhatNoKeyNames() throws Exception {
        writer.ddl("CREATE TABLE BAG(V VARCHAR)");
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        writer.ddl("CREATE SEQUENCE S");
        writer.sql("INSERT INTO BAG VALUES('x'), ('x'), (NULL)", 3);
        replicate();
        alter("INSERT INTO BAG VALUES('y')", "CREATE INDEX I ON T(V)", "CREATE TABLE MORE(ID INT)", "DROP SEQUENCE S");

        VerifyReport report = verify(100);

        assertThat(report.differences())
                .extracting(Difference::table, Difference::what)
                .anySatisfy(difference -> assertThat(difference.toString()).contains("BAG", "4, 3 on the primary"))
                .anySatisfy(difference -> assertThat(difference.toString()).contains("MORE", "not on the primary"))
                .anySatisfy(difference ->
                        assertThat(difference.toString()).contains("index column is not on the primary", " I 1 V"))
                .anySatisfy(
                        difference -> assertThat(difference.toString()).contains("sequence is missing", "PUBLIC.S"));
        assertThat(new Repair(access).mend(report)).isZero();
    }

    /** A trigger that changes nothing. */
    public static final class Nothing implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) {}
    }

    /** Each on its own: what is done to the replica by hand, how that is named, and what undoes it. */
    private static final String[][] ALTERATIONS = {
        {"ALTER USER CLERK SET PASSWORD 'other'", "user is not on the primary: CLERK"},
        {"CREATE USER INTRUDER PASSWORD 'x'", "user is not on the primary: INTRUDER", "DROP USER INTRUDER"},
        {"ALTER USER CLERK ADMIN TRUE", "CLERK may write on the replica", "ALTER USER CLERK ADMIN FALSE"},
        {
            "GRANT INSERT ON T TO CLERK",
            "right is not on the primary: CLERK SELECT, INSERT PUBLIC T",
            "REVOKE INSERT ON T FROM CLERK"
        },
        {"REVOKE SELECT ON T FROM CLERK", "right is missing: CLERK SELECT PUBLIC T", "GRANT SELECT ON T TO CLERK"},
        {"REVOKE SALES FROM CLERK", "right is missing: CLERK role SALES", "GRANT SALES TO CLERK"},
        {"CREATE ROLE OTHER", "role is not on the primary: OTHER", "DROP ROLE OTHER"},
        {"DROP CONSTANT C", "constant is missing: PUBLIC.C 7", "CREATE CONSTANT C VALUE 7"},
        {"DROP ALIAS HALF", "routine is missing: PUBLIC.HALF"},
        {"CREATE DOMAIN MAIL AS VARCHAR(80)", "domain is not on the primary: PUBLIC.MAIL", "DROP DOMAIN MAIL"},
        {
            "ALTER TABLE T ALTER COLUMN V SET DEFAULT 9",
            "column is not on the primary: PUBLIC.T V 2",
            "ALTER TABLE T ALTER COLUMN V DROP DEFAULT"
        },
        {
            "CREATE OR REPLACE VIEW W AS SELECT ID FROM T",
            "view is not on the primary: PUBLIC.W",
            "CREATE OR REPLACE VIEW W AS SELECT V FROM T"
        },
        {
            "CREATE TRIGGER N BEFORE INSERT ON T FOR EACH ROW CALL '" + Nothing.class.getName() + "'",
            "trigger is not on the primary: PUBLIC.N",
            "DROP TRIGGER N"
        },
        {
            "COMMENT ON TABLE T IS 'mine'",
            "table's comment is not on the primary: PUBLIC.T mine",
            "COMMENT ON TABLE T IS NULL"
        },
    };

    @Test
    void shouldTellEachKindOfDefinitionThatWasAltered() throws Exception {
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        writer.ddl("CREATE TABLE I(ID BIGINT GENERATED BY DEFAULT AS IDENTITY(START WITH 300) PRIMARY KEY)");
        writer.ddl("CREATE SEQUENCE S START WITH 500");
        writer.ddl("CREATE SEQUENCE FAR START WITH 500");
        writer.ddl("CREATE CONSTANT C VALUE 7");
        writer.ddl("CREATE ALIAS HALF FOR 'java.lang.Math.sqrt'");
        writer.ddl("CREATE VIEW W AS SELECT V FROM T");
        writer.ddl("CREATE ROLE SALES");
        writer.ddl("CREATE USER CLERK SALT '0102' HASH '0a0b'");
        writer.ddl("CREATE USER BOSS SALT '0304' HASH '0c0d' ADMIN");
        writer.ddl("GRANT SELECT, UPDATE ON T TO CLERK");
        writer.ddl("GRANT SALES TO CLERK");
        writer.ddl("GRANT ALTER ANY SCHEMA TO CLERK");
        replicate();
        assertThat(verify(100).differences()).isEmpty();

        alter(
                "ALTER SEQUENCE S RESTART WITH 3",
                "ALTER SEQUENCE FAR RESTART WITH 9000",
                "ALTER TABLE I ALTER COLUMN ID RESTART WITH 1");
        assertThat(verify(100).differences())
                .extracting(Difference::what)
                .containsExactlyInAnyOrder(
                        "sequence PUBLIC.S is behind: its next value is 3, and on the primary 500",
                        "sequence PUBLIC.FAR is ahead: its next value is 9000, and on the primary 500",
                        "identity column PUBLIC.I.ID is behind: its next value is 1, and on the primary 300");
        alter(
                "ALTER SEQUENCE S RESTART WITH 500",
                "ALTER SEQUENCE FAR RESTART WITH 500",
                "ALTER TABLE I ALTER COLUMN ID RESTART WITH 300");

        for (String[] alteration : ALTERATIONS) {
            alter(alteration[0]);
            assertThat(verify(100).differences())
                    .as(alteration[0])
                    .isNotEmpty()
                    .anySatisfy(difference -> assertThat(difference.what()).contains(alteration[1]));
            if (alteration.length > 2) {
                alter(alteration[2]);
            }
        }
        assertThat(verify(100).differences())
                .extracting(Difference::what)
                .allMatch(what -> what.contains("CLERK") || what.contains("HALF"));
    }
}
