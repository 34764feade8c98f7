package dev.weir.replicator.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import dev.weir.replicator.testing.LoggedWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogPrunerTest {
    private static final Duration KEPT = Duration.ofMinutes(10);

    /** Small enough that some dozen entries make a segment, too large to be reached here. */
    private static final LogRetention AMPLE = new LogRetention(200_000, Duration.ofDays(1), KEPT);

    private final StoreUrl url = StoreUrl.parse("jdbc:h2:mem:" + UUID.randomUUID());
    private PrimaryStore primary;
    private LoggedWriter writer;
    private Connection connection;
    private LogSource source;
    private Instant now = Instant.now();

    @BeforeEach
    void open() throws SQLException {
        primary = PrimaryStore.open(url, "SA", "");
        writer = new LoggedWriter(url.jdbc(), "SA", "");
        connection = Sessions.open(url, "SA", "");
        source = new PrimaryAccess(url, "SA", "").openLog();
        writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
    }

    @AfterEach
    void close() throws SQLException {
        source.close();
        connection.close();
        writer.close();
        primary.close();
    }

    private LogPruner pruner(LogRetention retention) throws SQLException {
        return new LogPruner(Sessions.open(url, "SA", ""), retention, () -> now);
    }

    private void write(int from, int to, int length) throws SQLException {
        for (int id = from; id <= to; id++) {
            writer.sql("INSERT INTO T VALUES(" + id + ", '" + "x".repeat(length) + "')", 1);
        }
    }

    private void report(String name, long position, String state) throws SQLException {
        Lsn lsn = new Lsn(position);
        source.report(new ReplicaReport(name, "", new Epoch(1), lsn, lsn, lsn, lsn, state));
    }

    private long head() throws SQLException {
        return source.head().lsn().value();
    }

    private long first() throws SQLException {
        return Sessions.queryLong(connection, "SELECT MIN(LSN) FROM WEIR.LOG");
    }

    private String stateOf(String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT STATE FROM WEIR.REPLICA WHERE NAME = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Test
    void shouldKeepWhatSlowestReplicaNeedsWhenOthersAreAhead() throws SQLException {
        write(1, 400, 10);
        report("fast", head(), "STREAMING");
        report("slow", 130, "CATCHING_UP");
        now = Instant.now().plus(KEPT).plusSeconds(1);

        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(head())).isPositive();

            assertThat(first()).isGreaterThan(1).isLessThanOrEqualTo(130);
            assertThat(source.lineage(source.position(new Lsn(130)).orElseThrow()))
                    .isEqualTo(Lineage.CONTINUES);

            report("slow", head(), "STREAMING");
            pruner.prune(head());
            assertThat(first()).isGreaterThan(130).isLessThanOrEqualTo(head());
        }
    }

    @Test
    void shouldKeepYoungEntriesWhenEveryReplicaHasThem() throws SQLException {
        write(1, 200, 10);
        report("fast", head(), "STREAMING");
        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(head())).isZero();
            assertThat(pruner.extent().firstLsn()).isEqualTo(1);
        }
    }

    @Test
    void shouldDeleteNothingThatCrashMayTakeBack() throws SQLException {
        write(1, 200, 10);
        report("fast", head(), "STREAMING");
        now = Instant.now().plus(KEPT).plusSeconds(1);
        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(10)).isZero();
        }
    }

    @Test
    void shouldDropForgottenReplicaWhenLogReachesItsSize() throws SQLException {
        long limit = 200_000;
        try (LogPruner pruner = pruner(new LogRetention(limit, Duration.ofDays(1), KEPT))) {
            report("forgotten", 1, "STREAMING");
            for (int round = 0; round < 10; round++) {
                write(round * 100 + 1, round * 100 + 100, 400);
                report("live", head(), "STREAMING");
                pruner.prune(head());
            }

            assertThat(pruner.extent().bytes()).isLessThanOrEqualTo(limit);
            assertThat(Sessions.queryLong(connection, "SELECT SUM(OCTET_LENGTH(BODY)) FROM WEIR.LOG"))
                    .isPositive()
                    .isLessThanOrEqualTo(limit);
            assertThat(stateOf("forgotten")).isEqualTo("DROPPED");
            assertThat(stateOf("live")).isEqualTo("STREAMING");
        }
    }

    @Test
    void shouldDropForgottenReplicaWhenLogReachesItsAge() throws SQLException {
        write(1, 100, 10);
        report("forgotten", 1, "STREAMING");
        now = Instant.now().plus(Duration.ofHours(25));
        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(head())).isPositive();
            assertThat(stateOf("forgotten")).isEqualTo("DROPPED");
            assertThat(first()).isLessThanOrEqualTo(head());
        }
    }

    @Test
    void shouldKeepLogWhileReplicaCopies() throws SQLException {
        report("new", head(), "SEEDING");
        write(1, 200, 10);
        now = Instant.now().plus(KEPT).plusSeconds(1);
        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(head())).isZero();
        }
    }

    @Test
    void shouldDeleteWholeBodyWhenItStandsInSeveralRows() throws SQLException {
        write(1, 100, 10);
        UUID body = UUID.randomUUID();
        writer.run("INSERT INTO WEIR.LOG_CHUNK VALUES('" + body + "', 1, X'0102')")
                .run("UPDATE WEIR.LOG SET BODY_ID = '" + body + "' WHERE LSN = 2")
                .run("COMMIT");
        now = Instant.now().plus(KEPT).plusSeconds(1);
        try (LogPruner pruner = pruner(AMPLE)) {
            assertThat(pruner.prune(head())).isPositive();
            assertThat(Sessions.queryLong(connection, "SELECT COUNT(*) FROM WEIR.LOG_CHUNK"))
                    .isZero();
        }
    }
}
