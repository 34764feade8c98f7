package dev.weir.replicator.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.DirectCommits.Committed;
import dev.weir.log.DirectCommits.Entry;
import dev.weir.log.EntryKind;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectLogTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:34:56.123456789Z");
    private static final byte[] BODY = {1, 2, 3};
    private static final long HASH = Digest.of(EntryKind.DATA, BODY);

    private final StoreUrl url = StoreUrl.parse("jdbc:h2:mem:" + UUID.randomUUID());
    private PrimaryStore store;
    private Connection writer;

    @BeforeEach
    void open() throws SQLException {
        store = PrimaryStore.open(url, "SA", "");
        writer = connect();
        execute(writer, "CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        execute(writer, "INSERT INTO T VALUES (1, 0)");
        writer.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        writer.close();
        store.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url.jdbc() + ";LOCK_TIMEOUT=200", "SA", "");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Entry entry(long epoch, long schemaLsn) {
        return new Entry(epoch, schemaLsn, HASH, AT, null);
    }

    private long queryLong(String sql) throws SQLException {
        try (Connection other = connect()) {
            return Sessions.queryLong(other, sql);
        }
    }

    @Test
    void shouldCommitTheTransactionAndItsEntryAtTheNextPlace() throws SQLException {
        execute(writer, "UPDATE T SET V = 1 WHERE ID = 1");

        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isEqualTo(new Committed(1, false));
        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isEqualTo(new Committed(2, false));

        assertThat(queryLong("SELECT V FROM T")).isEqualTo(1);
        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isEqualTo(2);
        assertThat(queryLong("SELECT DIGEST FROM WEIR.HEAD")).isEqualTo(Digest.next(Digest.next(0, HASH), HASH));
    }

    @Test
    void shouldBeSeenByQueriesThatSessionsKeepPrepared() throws SQLException {
        String sql = "SELECT (SELECT LSN FROM WEIR.HEAD), (SELECT COUNT(*) FROM WEIR.LOG)";
        try (Connection other = connect();
                PreparedStatement own = writer.prepareStatement(sql);
                PreparedStatement others = other.prepareStatement(sql)) {
            for (int lsn = 0; lsn < 3; lsn++) {
                for (PreparedStatement each : List.of(own, others)) {
                    try (ResultSet row = each.executeQuery()) {
                        row.next();
                        assertThat(row.getLong(1)).isEqualTo(lsn);
                        assertThat(row.getLong(2)).isEqualTo(lsn);
                    }
                }
                execute(writer, "UPDATE T SET V = V + 1 WHERE ID = 1");
                store.directCommits().commit(writer, entry(1, 0), BODY);
            }
        }
    }

    @Test
    void shouldWriteTheSameRowAsSql() throws SQLException {
        UUID bodyId = UUID.randomUUID();
        store.directCommits().commit(writer, new Entry(1, 0, HASH, AT, bodyId), BODY);

        try (Connection other = connect();
                Statement statement = other.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT L.*, H.* FROM WEIR.LOG L JOIN WEIR.HEAD H ON L.LSN = H.LSN AND L.EPOCH = H.EPOCH"
                                + " AND L.INCARNATION = H.INCARNATION AND L.ORIGIN = H.ORIGIN AND L.DIGEST = H.DIGEST")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getObject("COMMITTED_AT", OffsetDateTime.class))
                    .isEqualTo(OffsetDateTime.parse("2026-03-01T12:34:56.123456Z"));
            assertThat(row.getString("KIND")).isEqualTo("DATA");
            assertThat(row.getString("STATE")).isEqualTo("DONE");
            assertThat(row.getBytes("BODY")).isEqualTo(BODY);
            assertThat(row.getObject("BODY_ID", UUID.class)).isEqualTo(bodyId);
            assertThat(row.getString("FINGERPRINT")).isNull();
        }
    }

    @Test
    void shouldDateEntriesBefore1970() throws SQLException {
        Instant early = Instant.parse("1969-12-31T23:59:59.5Z");
        store.directCommits().commit(writer, new Entry(1, 0, HASH, early, null), BODY);

        try (Connection other = connect();
                Statement statement = other.createStatement();
                ResultSet row = statement.executeQuery("SELECT COMMITTED_AT FROM WEIR.LOG")) {
            row.next();
            assertThat(row.getObject(1, OffsetDateTime.class)).isEqualTo(early.atOffset(ZoneOffset.UTC));
        }
    }

    @Test
    void shouldTellThatTheGateIsClosed() throws SQLException {
        execute(writer, "UPDATE WEIR.HEAD SET GATE = 1");
        writer.commit();

        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isEqualTo(new Committed(1, true));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2})
    void shouldDoNothingUnderAnotherEpoch(long epoch) throws SQLException {
        requireNothingDone(entry(epoch, 0));
    }

    @Test
    void shouldDoNothingBehindAnotherSchemaChange() throws SQLException {
        requireNothingDone(entry(1, 7));
    }

    private void requireNothingDone(Entry refused) throws SQLException {
        execute(writer, "UPDATE T SET V = 1 WHERE ID = 1");

        assertThat(store.directCommits().commit(writer, refused, BODY)).isNull();

        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isZero();
        try (Connection other = connect()) {
            other.setAutoCommit(false);
            assertThat(store.directCommits().commit(other, entry(1, 0), BODY))
                    .as("the head is not locked any more")
                    .isEqualTo(new Committed(1, false));
        }
        assertThat(queryLong("SELECT V FROM T"))
                .as("the transaction is still open")
                .isZero();
        writer.rollback();
    }

    @Test
    void shouldDoNothingWhileTheHeadIsLocked() throws SQLException {
        try (Connection other = connect()) {
            other.setAutoCommit(false);
            execute(other, "UPDATE WEIR.HEAD SET LSN = 5");

            assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isNull();

            other.rollback();
        }
        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isEqualTo(new Committed(1, false));
    }

    @Test
    void shouldGoOnBehindWhatSqlHasCommitted() throws SQLException {
        store.directCommits().commit(writer, entry(1, 0), BODY);
        try (Connection other = connect()) {
            WeirSchema.append(other, new BodyWriter().toByteArray());
        }

        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isEqualTo(new Committed(3, false));
    }

    @Test
    void shouldLeaveTheWordToSqlForAUserWithoutRights() throws SQLException {
        execute(writer, "CREATE USER READER PASSWORD ''");
        execute(writer, "REVOKE INSERT ON WEIR.LOG FROM PUBLIC");
        try (Connection reader = DriverManager.getConnection(url.jdbc(), "READER", "")) {
            reader.setAutoCommit(false);
            assertThat(store.directCommits().commit(reader, entry(1, 0), BODY)).isNull();
        }
    }

    @Test
    void shouldLeaveTheWordToSqlWhereASnapshotMayBeTooOld() throws SQLException {
        writer.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);

        assertThat(store.directCommits().commit(writer, entry(1, 0), BODY)).isNull();
    }

    @Test
    void shouldDoNothingInAnotherDatabase() throws SQLException {
        try (Connection elsewhere = DriverManager.getConnection("jdbc:h2:mem:", "SA", "")) {
            assertThat(store.directCommits().commit(elsewhere, entry(1, 0), BODY))
                    .isNull();
        }
    }

    @Test
    void shouldOrderCommitsOfManySessionsWithoutAHole() throws Exception {
        int sessions = 4;
        int each = 300;
        ExecutorService threads = Executors.newFixedThreadPool(sessions);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            boolean direct = i != 0;
            running.add(threads.submit(() -> {
                commitMany(direct, each);
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();

        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isEqualTo((long) sessions * each);
        try (Connection other = connect();
                Statement statement = other.createStatement();
                ResultSet rows = statement.executeQuery("SELECT LSN, DIGEST, BODY FROM WEIR.LOG ORDER BY LSN")) {
            long lsn = 0;
            long chain = 0;
            while (rows.next()) {
                lsn++;
                chain = Digest.next(chain, Digest.of(EntryKind.DATA, rows.getBytes("BODY")));
                assertThat(rows.getLong("LSN")).isEqualTo(lsn);
                assertThat(rows.getLong("DIGEST")).isEqualTo(chain);
            }
            assertThat(lsn).isEqualTo((long) sessions * each);
        }
    }

    private void commitMany(boolean direct, int count) throws SQLException {
        try (Connection own = DriverManager.getConnection(url.jdbc() + ";LOCK_TIMEOUT=60000", "SA", "")) {
            own.setAutoCommit(false);
            for (int i = 0; i < count; i++) {
                if (direct) {
                    Committed committed = store.directCommits().commit(own, entry(1, 0), BODY);
                    assertThat(committed).isNotNull();
                } else {
                    WeirSchema.append(own, BODY);
                    own.commit();
                }
            }
        }
    }
}
