package dev.weir.replicator.replica;

import static dev.weir.replicator.testing.LoggedWriter.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.LoggedStatement;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Sql;
import dev.weir.log.SessionContext;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.PrimaryStore;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import dev.weir.replicator.testing.LoggedWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told, and to whom, at the first entry that does not fit a replica. */
class DivergenceTest {
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
    void openCluster() throws SQLException {
        url = StoreUrl.parse("jdbc:h2:" + directory.resolve("shop"));
        primary = PrimaryStore.open(url, USER, PASSWORD);
        writer = new LoggedWriter(url.jdbc(), USER, PASSWORD);
        StoreUrl store = url.sibling("-replica-1");
        replication = new Replication(
                new ReplicaSite("replica-1", store, store.jdbc()), new PrimaryAccess(url, USER, PASSWORD), nanos::get);
        writer.ddl("CREATE TABLE T(ID INT, PART VARCHAR, V VARCHAR UNIQUE, PRIMARY KEY(ID, PART))");
        writer.ddl("CREATE TABLE BAG(V VARCHAR)");
        writer.sql("INSERT INTO T VALUES(1, 'hidden-a', 'old-1'), (2, 'hidden-b', 'old-2')", 2);
        writer.sql("INSERT INTO BAG VALUES('hidden-bag')", 1);
        work();
        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
    }

    @AfterEach
    void closeAll() throws SQLException {
        replication.close();
        writer.close();
        primary.close();
    }

    private void work() throws SQLException {
        for (int i = 0; i < 4; i++) {
            nanos.addAndGet(Duration.ofSeconds(6).toNanos());
            primary.flush();
            replication.work();
        }
    }

    /**
     * One difference and the entry that meets it. Immutable.
     *
     * @param alteration what somebody does to the replica
     * @param told what everyone may read
     */
    private record Case(
            String alteration,
            LoggedStatement entry,
            String told,
            String table,
            String keyColumns,
            String key,
            String expected,
            String found) {
        @Override
        public String toString() {
            return alteration;
        }
    }

    private static LoggedStatement keyed(Change change, List<String> columns, Object... row) {
        return rows("T", change, columns, change == Change.INSERT ? 0 : 2, new Object[][] {row});
    }

    static Stream<Case> cases() {
        List<String> all = List.of("ID", "PART", "V");
        return Stream.of(
                new Case(
                        "DELETE FROM T WHERE ID = 1",
                        keyed(Change.UPDATE, all, 1, "hidden-a", "new-1"),
                        "UPDATE on PUBLIC.T (key ID, PART) changed 0 rows here and 1 on the primary",
                        "PUBLIC.T",
                        "ID, PART",
                        "\"ID\" = 1, \"PART\" = 'hidden-a'",
                        "one such row; then \"ID\" = 1, \"PART\" = 'hidden-a', \"V\" = 'new-1'",
                        "no such row"),
                new Case(
                        "INSERT INTO T VALUES(3, 'hidden-c', 'strange')",
                        keyed(Change.INSERT, all, 3, "hidden-c", "new-3"),
                        "INSERT on PUBLIC.T (key ID, PART) failed here with SQLSTATE 23505 (H2's error 23505)",
                        "PUBLIC.T",
                        "ID, PART",
                        "\"ID\" = 3, \"PART\" = 'hidden-c'",
                        "no such row; then \"ID\" = 3, \"PART\" = 'hidden-c', \"V\" = 'new-3'",
                        "\"ID\" = 3, \"PART\" = 'hidden-c', \"V\" = 'strange'"),
                new Case(
                        "INSERT INTO T VALUES(9, 'hidden-z', 'new-2')",
                        keyed(Change.UPDATE, all, 2, "hidden-b", "new-2"),
                        "UPDATE on PUBLIC.T (key ID, PART) failed here with SQLSTATE 23505 (H2's error 23505)",
                        "PUBLIC.T",
                        "ID, PART",
                        "\"ID\" = 2, \"PART\" = 'hidden-b'",
                        "one such row; then \"ID\" = 2, \"PART\" = 'hidden-b', \"V\" = 'new-2'",
                        "\"ID\" = 2, \"PART\" = 'hidden-b', \"V\" = 'old-2'"),
                new Case(
                        "DELETE FROM T WHERE ID = 2",
                        keyed(Change.DELETE, List.of("ID", "PART"), 2, "hidden-b"),
                        "DELETE on PUBLIC.T (key ID, PART) changed 0 rows here and 1 on the primary",
                        "PUBLIC.T",
                        "ID, PART",
                        "\"ID\" = 2, \"PART\" = 'hidden-b'",
                        "one such row; then none",
                        "no such row"),
                new Case(
                        "UPDATE BAG SET V = 'hidden-BAG'",
                        rows("BAG", Change.DELETE_BAG, List.of("V"), 0, new Object[][] {{"hidden-bag"}}),
                        "DELETE_BAG on PUBLIC.BAG changed 0 rows here and 1 on the primary",
                        "PUBLIC.BAG",
                        "",
                        "",
                        "a row like \"V\" = 'hidden-bag'",
                        "no such row"),
                new Case(
                        "DELETE FROM T WHERE ID = 1",
                        new Sql(
                                SessionContext.DEFAULT,
                                "UPDATE T SET V = 'hidden' WHERE ID = ? AND PART = ?",
                                List.of(1, "hidden-a"),
                                1),
                        "UPDATE on T changed 0 rows here and 1 on the primary",
                        ".T",
                        "",
                        "",
                        "1 rows changed by UPDATE T SET V = 'hidden' WHERE ID = ? AND PART = ? /* ?1 = 1, ?2 = 'hidden-a' */",
                        "0 rows changed"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldNameTableAndKeyToAllAndValuesToAdministratorsOnly(Case difference) throws SQLException {
        try (Connection applier = Sabotage.open(replication.site())) {
            Sessions.execute(applier, difference.alteration());
        }
        long lsn = writer.commit(difference.entry());

        work();

        assertThat(replication.state()).isEqualTo(ReplicaState.DIVERGED);
        assertThat(replication.status().message())
                .startsWith("Entry " + lsn + ": " + difference.told() + ": the replica differs from it")
                .contains("WEIR.DIVERGENCE")
                .doesNotContain("hidden")
                .doesNotContain("new-");
        try (Connection admin = Sessions.open(url, USER, PASSWORD);
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT REPLICA, LSN, TABLE_SCHEMA || '.' || TABLE_NAME, KEY_COLUMNS, ROW_KEY, EXPECTED, FOUND FROM WEIR.DIVERGENCE")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("replica-1");
            assertThat(row.getLong(2)).isEqualTo(lsn);
            assertThat(List.of(
                            row.getString(3), row.getString(4), row.getString(5), row.getString(6), row.getString(7)))
                    .containsExactly(
                            difference.table(),
                            difference.keyColumns(),
                            difference.key(),
                            difference.expected(),
                            difference.found());
            assertThat(row.next()).isFalse();
        }
    }

    @Test
    void shouldCopyPrimaryAnewWhenTheCopyIsNotFreshAnyMore() throws SQLException {
        nanos.addAndGet(Duration.ofMinutes(11).toNanos());
        try (Connection applier = Sabotage.open(replication.site())) {
            Sessions.execute(applier, "DELETE FROM T");
        }
        writer.sql("UPDATE T SET V = 'new' WHERE ID = 1", 1);

        work();

        assertThat(replication.state()).isEqualTo(ReplicaState.STREAMING);
        try (Connection admin = Sessions.open(url, USER, PASSWORD);
                Connection reader = Sessions.open(url.sibling("-replica-1"), USER, PASSWORD)) {
            assertThat(Sessions.queryLong(admin, "SELECT COUNT(*) FROM WEIR.DIVERGENCE"))
                    .isEqualTo(1);
            assertThat(Sessions.queryLong(reader, "SELECT COUNT(*) FROM T WHERE V = 'new' OR ID = 2"))
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldShowValuesToNobodyElse() throws SQLException {
        try (Connection admin = Sessions.open(url, USER, PASSWORD)) {
            Sessions.execute(admin, "CREATE USER PLAIN PASSWORD 'p'");
        }
        try (Connection plain = Sessions.open(url, "PLAIN", "p")) {
            assertThatThrownBy(() -> Sessions.queryLong(plain, "SELECT COUNT(*) FROM WEIR.DIVERGENCE"))
                    .isInstanceOf(SQLException.class)
                    .satisfies(
                            e -> assertThat(((SQLException) e).getErrorCode()).isEqualTo(90096));
        }
    }
}
