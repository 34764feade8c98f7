package dev.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.log.Epoch;
import dev.weir.sql.Classifier;
import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writers that wait for replicas; what a replica reports is written by hand. */
final class LagLimitTest {
    private static final int LIMIT = 100;

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection admin;

    @BeforeEach
    void open() throws SQLException {
        admin = DriverManager.getConnection(url, "SA", "");
        dev.weir.log.WeirSchema.createPrimary(admin, UUID.randomUUID(), "p1");
        admin("SET QUERY_STATISTICS TRUE");
        admin("CREATE TABLE T(ID INT PRIMARY KEY, V INT)");
        admin("INSERT INTO T VALUES (1, 0)");
    }

    @AfterEach
    void close() throws SQLException {
        admin.close();
    }

    private void admin(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private void report(String name, long applied, String state, int secondsAgo) throws SQLException {
        admin("MERGE INTO WEIR.REPLICA(NAME, EPOCH, RECEIVED_LSN, APPLIED_LSN, STATE, SEEN_AT) KEY(NAME) VALUES ('"
                + name + "', 1, 0, " + applied + ", '" + state + "', DATEADD(SECOND, -" + secondsAgo
                + ", CURRENT_TIMESTAMP))");
    }

    private CapturingConnection connect(Duration patience) throws SQLException {
        Classifier classifier = new Classifier(SqlDialect.H2, Set.of());
        PrimaryStore store = new PrimaryStore(
                classifier::classify,
                new Epoch(1),
                Clock.systemUTC(),
                new LagLimit(LIMIT, patience),
                (tables, lsn) -> {});
        return new CapturingConnection(DriverManager.getConnection(url, "SA", ""), store);
    }

    private static void write(Connection connection, int times) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < times; i++) {
                statement.executeUpdate("UPDATE T SET V = V + 1 WHERE ID = 1");
            }
        }
    }

    private static void assertHeldBack(Connection connection) {
        assertThatThrownBy(() -> write(connection, 1))
                .isInstanceOf(SQLTransientException.class)
                .hasMessageContaining("limit 100, weir.log.maxLag")
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("53400"));
    }

    @Test
    void shouldRefuseWriteWithoutEffectWhenReplicaLacksTooMuchForTooLong() throws SQLException {
        report("r1", 0, "STREAMING", 0);
        try (Connection connection = connect(Duration.ofMillis(1))) {
            write(connection, LIMIT);
            assertHeldBack(connection);
            report("r1", 1, "STREAMING", 0);
            write(connection, 1);
            assertHeldBack(connection);
            connection.setAutoCommit(false);
            connection.createStatement().executeQuery("SELECT * FROM T").close();
            assertHeldBack(connection);
            report("r1", 2, "STREAMING", 0);
            write(connection, 3);
            report("r1", 1, "STREAMING", 0);
            write(connection, 1);
            connection.commit();
        }
        try (Connection plain = DriverManager.getConnection(url, "SA", "");
                var row = plain.createStatement().executeQuery("SELECT V FROM T")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(LIMIT + 5);
        }
    }

    @Test
    void shouldGoOnWhenReplicaHasCaughtUp() throws Exception {
        report("r1", 0, "CATCHING_UP", 0);
        report("r2", 1_000, "STREAMING", 0);
        try (Connection connection = connect(Duration.ofMinutes(5))) {
            write(connection, LIMIT);
            CompletableFuture<Void> held = CompletableFuture.runAsync(() -> {
                try {
                    write(connection, 1);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> isAsking());
            assertThat(held).isNotDone();
            report("r1", 50, "CATCHING_UP", 0);
            held.get(60, TimeUnit.SECONDS);
        }
    }

    /** Whether a session of the database has asked how far replicas are. */
    private boolean isAsking() throws SQLException {
        try (Statement statement = admin.createStatement();
                var row = statement.executeQuery("SELECT COUNT(*) FROM INFORMATION_SCHEMA.QUERY_STATISTICS"
                        + " WHERE SQL_STATEMENT LIKE '%MIN(APPLIED_LSN)%'")) {
            row.next();
            return row.getInt(1) > 0;
        }
    }

    @Test
    void shouldNotWaitForReplicasThatDoNotFollow() throws SQLException {
        report("stalled", 0, "STALLED", 0);
        report("seeding", 0, "SEEDING", 0);
        report("diverged", 0, "DIVERGED", 0);
        report("away", 0, "STREAMING", 11);
        try (Connection connection = connect(Duration.ofMillis(1))) {
            write(connection, 3 * LIMIT);
            assertThat(connection.isClosed()).isFalse();
            report("away", 0, "STREAMING", 0);
            assertHeldBack(connection);
        }
    }

    @Test
    void shouldNotWaitWhenNoLimitIsSet() throws SQLException {
        report("r1", 0, "STREAMING", 0);
        Classifier classifier = new Classifier(SqlDialect.H2, Set.of());
        try (Connection connection = new CapturingConnection(
                DriverManager.getConnection(url, "SA", ""),
                new PrimaryStore(classifier::classify, new Epoch(1), Clock.systemUTC()))) {
            write(connection, 2 * LIMIT);
        }
        assertThat(LagLimit.OFF.isInDoubt()).isFalse();
    }
}
