package dev.weir.it.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.capture.CapturingConnection;
import dev.weir.it.process.Directories;
import dev.weir.replicator.source.Sessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schema changes that end at each of their round trips in turn: the client is cut off before the trip or behind it, or the primary crashes there, with its machine or without. Whatever happens, the change is made whole or
 * not at all, the next writer goes on, and the replica equals its primary. Each trip is ended in one of the ways, and with {@code -Dweir.rounds=N} in all.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SchemaChangeStepsTest {
    private static final boolean EVERY_ENDING = Integer.getInteger("weir.rounds", 1) > 1;
    private static final List<String> SETUP = List.of(
            "DROP TABLE IF EXISTS MADE",
            "DROP TABLE IF EXISTS RENAMED",
            "DROP TABLE IF EXISTS X",
            "CREATE TABLE X(ID INTEGER PRIMARY KEY, N INTEGER, S VARCHAR(20))",
            "INSERT INTO X VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 20, 'c')");

    /** What is tried, by the protocol that it takes. */
    private enum Change {
        CREATE("CREATE TABLE MADE(ID INTEGER PRIMARY KEY)"),
        INDEX("CREATE INDEX X_N ON X(N)"),
        RENAME("ALTER TABLE X RENAME TO RENAMED"),
        COMMENT("COMMENT ON TABLE X IS 'said'"),
        COPYING("ALTER TABLE X ADD COLUMN D INTEGER DEFAULT 7"),
        COMPUTING("ALTER TABLE X ADD COLUMN U UUID DEFAULT RANDOM_UUID()"),
        TYPE("ALTER TABLE X ALTER COLUMN N SET DATA TYPE VARCHAR(30)"),
        EMPTYING("TRUNCATE TABLE X"),
        DROPPING("DROP TABLE X"),
        QUERY("CREATE TABLE MADE AS SELECT ID, N FROM X");

        private final String sql;

        Change(String sql) {
            this.sql = sql;
        }
    }

    /** How a trip ends. */
    private enum Ending {
        CUT_BEFORE,
        CUT_BEHIND,
        CRASH,
        POWER_LOSS,
        CRASH_BEHIND
    }

    private Path directory;
    private VirtualTime time;
    private SimulatedPrimary primary;
    private SimulatedReplica replica;

    @BeforeEach
    void open() throws IOException, SQLException {
        FaultyFilePath.register();
        Path memory = Path.of("/dev/shm");
        directory = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "weir-steps")
                : Files.createTempDirectory("weir-steps");
        time = new VirtualTime();
        SplittableRandom random = new SplittableRandom(1);
        Path own = Files.createDirectories(directory.resolve("primary"));
        primary = new SimulatedPrimary(new FaultyDisk(own, time, random.split()), own, time);
        Path its = Files.createDirectories(directory.resolve("replica"));
        replica = new SimulatedReplica("replica", new FaultyDisk(its, time, random.split()), its, time, primary);
        primary.open();
    }

    @AfterEach
    void close() throws IOException {
        replica.close();
        primary.close();
        Directories.remove(directory);
    }

    /** One change of each protocol, and with {@code -Dweir.rounds=N} all. */
    static List<Change> changes() {
        return EVERY_ENDING ? List.of(Change.values()) : List.of(Change.INDEX, Change.COPYING);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void shouldMakeAChangeWholeOrNotAtAllWhereverItEnds(Change change) throws Exception {
        boolean ended = true;
        for (int trip = 1; ended && trip < 200; trip++) {
            List<Ending> endings = EVERY_ENDING
                    ? List.of(Ending.values())
                    : List.of(Ending.values()[(trip + change.sql.length()) % Ending.values().length]);
            for (Ending ending : endings) {
                String step = change + ", trip " + trip + ", " + ending;
                try {
                    ended = end(change, trip, ending);
                } catch (SQLException | AssertionError e) {
                    throw new AssertionError(step + ": " + e.getMessage(), e);
                }
            }
        }
        assertThat(ended).as("a last trip").isFalse();
    }

    /** False if the change was over before that trip. */
    private boolean end(Change change, int trip, Ending ending) throws SQLException, IOException {
        try (CapturingConnection whole = primary.capture(primary.connect())) {
            for (String sql : SETUP) {
                execute(whole, sql);
            }
        }
        primary.flush();
        List<String> before = definitions();
        Connection server = primary.connect();
        CutConnection link = new CutConnection(server);
        boolean crash = ending != Ending.CUT_BEFORE && ending != Ending.CUT_BEHIND;
        if (crash) {
            link.endBy(() -> {
                primary.disk().fail();
                // Itself, since it may keep all others out.
                Crash.shutDown(server, primary::connect);
                link.lose();
            });
        }
        CapturingConnection client = primary.capture(link.client());
        link.cutAt(trip, ending == Ending.CUT_BEHIND || ending == Ending.CRASH_BEHIND);
        boolean ended = false;
        try {
            execute(client, change.sql);
        } catch (SQLException e) {
            ended = true;
            assertThat(link.isCut()).as(e.getMessage()).isTrue();
        }
        if (ended && crash) {
            replica.loseLinks();
            primary.crash(ending == Ending.POWER_LOSS);
            primary.open();
        } else {
            ended |= link.isCut();
            link.cutNow();
            primary.tend();
        }
        if (ending != Ending.POWER_LOSS || !ended) {
            // What was acknowledged and not forced is lost with the machine, the table itself perhaps.
            assertWholeOrNot(change, before, ended);
        }
        assertGoesOn();
        assertReplicaEqual();
        return ended;
    }

    private void assertWholeOrNot(Change change, List<String> before, boolean ended) throws SQLException {
        List<String> after = definitions();
        boolean unchanged = after.equals(before);
        if (!ended) {
            assertThat(unchanged).isEqualTo(change == Change.EMPTYING);
        }
        try (Connection plain = primary.connect()) {
            if (unchanged && change != Change.EMPTYING) {
                assertThat(Sessions.queryLong(plain, "SELECT COUNT(*) FROM X")).isEqualTo(3);
            } else if (change == Change.EMPTYING) {
                assertThat(Sessions.queryLong(plain, "SELECT COUNT(*) FROM X")).isIn(0L, 3L);
            } else if (change != Change.DROPPING && change != Change.CREATE && change != Change.QUERY) {
                String table = change == Change.RENAME ? "RENAMED" : "X";
                assertThat(Sessions.queryLong(plain, "SELECT COUNT(*) FROM " + table))
                        .isEqualTo(3);
            }
            assertThat(after).noneMatch(name -> name.contains("_COPY_"));
        }
    }

    /** Every table, column and index. */
    private List<String> definitions() throws SQLException {
        List<String> definitions = new ArrayList<>();
        try (Connection plain = primary.connect();
                Statement statement = plain.createStatement()) {
            for (String query : List.of(
                    "SELECT TABLE_NAME || '.' || COLUMN_NAME || ' ' || DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'PUBLIC' AND TABLE_NAME IS NOT NULL ORDER BY 1",
                    "SELECT TABLE_NAME || ' ' || INDEX_NAME FROM INFORMATION_SCHEMA.INDEXES WHERE TABLE_SCHEMA = 'PUBLIC' AND INDEX_TYPE_NAME = 'INDEX' ORDER BY 1",
                    "SELECT TABLE_NAME || ' ' || REMARKS FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'PUBLIC' AND REMARKS IS NOT NULL ORDER BY 1")) {
                try (ResultSet rows = statement.executeQuery(query)) {
                    while (rows.next()) {
                        definitions.add(rows.getString(1));
                    }
                }
            }
        }
        return definitions;
    }

    /** Nothing is pending, no gate is closed, and a writer writes. */
    private void assertGoesOn() throws SQLException {
        assertThat(primary.position().settled()).isTrue();
        try (Connection plain = primary.connect()) {
            assertThat(Sessions.queryLong(plain, "SELECT GATE FROM WEIR.HEAD")).isZero();
        }
        try (CapturingConnection next = primary.capture(primary.connect())) {
            execute(next, "CREATE TABLE IF NOT EXISTS NEXT(ID INTEGER AUTO_INCREMENT PRIMARY KEY)");
            execute(next, "INSERT INTO NEXT DEFAULT VALUES");
        }
    }

    private void assertReplicaEqual() throws SQLException {
        for (int i = 0; i < 100 && (i < 2 || replica.applied() < primary.head()); i++) {
            time.pass(Duration.ofSeconds(6));
            primary.tend();
            primary.flush();
            replica.work();
        }
        assertThat(replica.applied()).as(replica.toString()).isEqualTo(primary.head());
        assertThat(primary.contents().differences(replica.contents())).isEmpty();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
