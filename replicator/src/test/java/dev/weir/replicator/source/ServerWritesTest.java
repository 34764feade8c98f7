package dev.weir.replicator.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.BodyReader;
import dev.weir.log.BodyWriter;
import dev.weir.log.Digest;
import dev.weir.log.EntryKind;
import dev.weir.log.LoggedStatement;
import dev.weir.log.SessionContext;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerWritesTest {
    private final StoreUrl url = StoreUrl.parse("jdbc:h2:mem:" + UUID.randomUUID());
    private PrimaryStore store;
    private Connection writer;

    @BeforeEach
    void open() throws SQLException {
        store = PrimaryStore.open(url, "SA", "");
        writer = connect();
        execute(writer, "CREATE TABLE T(ID INT PRIMARY KEY, V INT CHECK (V >= 0))");
        execute(writer, "INSERT INTO T VALUES (1, 0), (2, 0)");
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

    private static byte[] body(String sql, Object... parameters) {
        BodyWriter body = new BodyWriter();
        body.append(new LoggedStatement.Sql(SessionContext.DEFAULT, sql, Arrays.asList(parameters), 1));
        return body.toByteArray();
    }

    private List<Object> write(long epoch, long schemaLsn, byte[] body) throws SQLException {
        return write(writer, epoch, schemaLsn, body);
    }

    private static List<Object> write(Connection writer, long epoch, long schemaLsn, byte[] body) throws SQLException {
        try (PreparedStatement call = writer.prepareStatement("CALL WEIR.WRITE(?1, ?2, ?3); COMMIT")) {
            call.setLong(1, epoch);
            call.setLong(2, schemaLsn);
            call.setBytes(3, body);
            try (ResultSet row = call.executeQuery()) {
                row.next();
                return Arrays.asList((Object[]) row.getArray(1).getArray());
            }
        }
    }

    private long queryLong(String sql) throws SQLException {
        try (Connection other = connect()) {
            return Sessions.queryLong(other, sql);
        }
    }

    @Test
    void shouldExecuteLogAndCommitAStatement() throws SQLException {
        assertThat(write(1, 0, body("UPDATE T SET V = ? WHERE ID = 1", 5))).containsExactly(1L, 1L, 0L);

        assertThat(queryLong("SELECT V FROM T WHERE ID = 1")).isEqualTo(5);
        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isEqualTo(1);
    }

    @Test
    void shouldLetGoOfAStoreThatIsClosed() throws SQLException {
        WeakReference<Database> closed = writeToAnother();

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return closed.refersTo(null);
        });
    }

    private static WeakReference<Database> writeToAnother() throws SQLException {
        StoreUrl url = StoreUrl.parse("jdbc:h2:mem:" + UUID.randomUUID());
        try (PrimaryStore store = PrimaryStore.open(url, "SA", "");
                Connection writer = DriverManager.getConnection(url.jdbc(), "SA", "")) {
            assertThat(store.isOpen()).isTrue();
            execute(writer, "CREATE TABLE T(ID INT PRIMARY KEY)");
            writer.setAutoCommit(false);
            assertThat(write(writer, 1, 0, body("INSERT INTO T VALUES (1)"))).containsExactly(1L, 1L, 0L);
            SessionLocal session =
                    (SessionLocal) writer.unwrap(JdbcConnection.class).getSession();
            return new WeakReference<>(session.getDatabase());
        }
    }

    @Test
    void shouldLogTheTrueCount() throws SQLException {
        assertThat(write(1, 0, body("UPDATE T SET V = 7 WHERE ID IN (1, 2)"))).containsExactly(2L, 1L, 0L);

        try (Connection other = connect();
                Statement statement = other.createStatement();
                ResultSet row = statement.executeQuery("SELECT BODY, DIGEST FROM WEIR.LOG")) {
            row.next();
            assertThat(BodyReader.read(row.getBytes(1)))
                    .singleElement()
                    .extracting(logged -> ((LoggedStatement.Sql) logged).count())
                    .isEqualTo(2L);
            assertThat(row.getLong(2)).isEqualTo(Digest.next(0, Digest.of(EntryKind.DATA, row.getBytes(1))));
        }
    }

    @Test
    void shouldLogNothingThatChangesNothing() throws SQLException {
        assertThat(write(1, 0, body("UPDATE T SET V = 5 WHERE ID = 9"))).containsExactly(0L, 0L, 0L);

        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isZero();
    }

    @Test
    void shouldDoNothingUnderAnotherEpochOrSchema() throws SQLException {
        assertThat(write(2, 0, body("UPDATE T SET V = 5 WHERE ID = 1"))).containsExactly(0L, -1L, 0L);
        assertThat(write(1, 3, body("UPDATE T SET V = 5 WHERE ID = 1"))).containsExactly(0L, -1L, 0L);

        requireNothingDone();
    }

    @Test
    void shouldDoNothingThatFails() throws SQLException {
        assertThat(write(1, 0, body("UPDATE T SET V = ? WHERE ID = 1", -1))).containsExactly(0L, -1L, 0L);
        assertThat(write(1, 0, body("INSERT INTO T VALUES (3, 3), (1, 1)"))).containsExactly(0L, -1L, 0L);
        assertThat(write(1, 0, body("UPDATE MISSING SET V = 1"))).containsExactly(0L, -1L, 0L);

        requireNothingDone();
    }

    @Test
    void shouldTellThatItHasWaitedInVain() throws SQLException {
        try (Connection other = connect()) {
            other.setAutoCommit(false);
            execute(other, "UPDATE T SET V = 1 WHERE ID = 1");

            assertThatThrownBy(() -> write(1, 0, body("UPDATE T SET V = 5 WHERE ID = 1")))
                    .isInstanceOf(SQLException.class)
                    .extracting(failure -> ((SQLException) failure).getSQLState())
                    .isEqualTo("HYT00");

            other.rollback();
        }
        writer.rollback();
        requireNothingDone();
    }

    @Test
    void shouldLeaveTheWordToSqlWhileTheHeadIsLocked() throws SQLException {
        try (Connection other = connect()) {
            other.setAutoCommit(false);
            execute(other, "UPDATE WEIR.HEAD SET GATE = 1");

            assertThat(write(1, 0, body("UPDATE T SET V = 5 WHERE ID = 1"))).containsExactly(0L, -1L, 0L);

            other.rollback();
        }
        requireNothingDone();
    }

    private void requireNothingDone() throws SQLException {
        assertThat(queryLong("SELECT LSN FROM WEIR.HEAD")).isZero();
        assertThat(queryLong("SELECT SUM(V) * 10 + COUNT(*) FROM T")).isEqualTo(2);
        try (Connection other = connect()) {
            execute(other, "UPDATE T SET V = 0"); // nothing is locked any more
        }
    }
}
