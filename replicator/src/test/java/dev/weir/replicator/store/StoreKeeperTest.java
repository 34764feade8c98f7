package dev.weir.replicator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.h2.api.ErrorCode;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.value.ValueNull;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images of a store's file, taken while sessions write, and opened as after a crash. */
@Timeout(120)
class StoreKeeperTest {
    private static final int IMAGES = 60;
    private static final Duration SEARCH = Duration.ofSeconds(60);

    private static final int ENDURED = Integer.getInteger("weir.endured", 20_000);

    @TempDir
    Path directory;

    private Path file;
    private String url;
    private Connection first;

    @BeforeEach
    void create() throws SQLException {
        file = directory.resolve("bank.mv.db");
        url = "jdbc:h2:" + directory.resolve("bank");
        first = open(url);
        execute(first, "CREATE TABLE A(ID INT PRIMARY KEY, V BIGINT)");
        execute(first, "CREATE TABLE B(ID INT PRIMARY KEY, V BIGINT)");
        execute(first, "INSERT INTO A SELECT X, 0 FROM SYSTEM_RANGE(0, 7)");
        execute(first, "INSERT INTO B SELECT X, 0 FROM SYSTEM_RANGE(0, 7)");
    }

    @AfterEach
    void close() throws SQLException {
        if (!first.isClosed()) {
            execute(first, "SHUTDOWN IMMEDIATELY");
        }
    }

    private static Connection open(String url) throws SQLException {
        return DriverManager.getConnection(url, "sa", "");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Database databaseOf(Connection connection) throws SQLException {
        return ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession()).getDatabase();
    }

    private static MVStore storeOf(Connection connection) throws SQLException {
        return databaseOf(connection).getStore().getMvStore();
    }

    private StoreKeeper keeper() throws SQLException {
        return StoreKeeper.ofShared(first, file, StoreState.CLOSED);
    }

    /** Copies the mark, then the file, as they would be found if the process died now. */
    private Path image() throws IOException, SQLException {
        Path copy = directory.resolve("image.mv.db");
        Files.deleteIfExists(WholeMark.fileOf(copy));
        if (Files.exists(WholeMark.fileOf(file))) {
            Files.copy(WholeMark.fileOf(file), WholeMark.fileOf(copy));
        }
        IOException[] failure = {null};
        storeOf(first).executeFilestoreOperation(() -> {
            try {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            } catch (IOException e) {
                failure[0] = e;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
        return copy;
    }

    /** How many transfers stand in one table and not in the other. */
    private long torn() throws SQLException {
        try (Connection image = open("jdbc:h2:" + directory.resolve("image") + ";IFEXISTS=TRUE");
                Statement statement = image.createStatement()) {
            long torn;
            try (ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM A JOIN B USING(ID) WHERE A.V <> B.V")) {
                row.next();
                torn = row.getLong(1);
            }
            statement.execute("SHUTDOWN IMMEDIATELY");
            return torn;
        }
    }

    private long tornOrUnreadable() throws SQLException {
        try {
            return torn();
        } catch (SQLException e) {
            if (e.getErrorCode() != ErrorCode.GENERAL_ERROR_1) {
                throw e;
            }
            return 1;
        }
    }

    /** Sessions that each count in both tables in one transaction, and roll every fifth back. */
    private final class Writers implements AutoCloseable {
        private final Thread[] threads;
        private final long pauseNanos;
        private volatile boolean stopped;
        final AtomicLong commits = new AtomicLong();

        Writers(int count, Duration pause) {
            pauseNanos = pause.toNanos();
            threads = new Thread[count];
            for (int i = 0; i < count; i++) {
                int id = i;
                threads[i] = new Thread(() -> write(id), "writer-" + id);
                threads[i].start();
            }
        }

        private void write(int id) {
            try (Connection connection = open(url)) {
                connection.setAutoCommit(false);
                for (int round = 1; !stopped; round++) {
                    // As if behind a network: a flood would fill H2's write buffer, so that it writes by itself.
                    LockSupport.parkNanos(pauseNanos);
                    execute(connection, "UPDATE A SET V = V + 1 WHERE ID = " + id);
                    execute(connection, "UPDATE B SET V = V + 1 WHERE ID = " + id);
                    if (round % 5 == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        commits.incrementAndGet();
                    }
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            stopped = true;
            for (Thread thread : threads) {
                Awaitility.await().until(() -> !thread.isAlive());
            }
        }
    }

    @Test
    void shouldFindTornTransactionsInWhatH2RecoversByItself() throws Exception {
        execute(first, "SET WRITE_DELAY 5");
        execute(first, "CHECKPOINT SYNC");
        try (Writers writers = new Writers(4, Duration.ZERO)) {
            long deadline = System.nanoTime() + SEARCH.toNanos();
            long torn = 0;
            while (torn == 0 && System.nanoTime() < deadline) {
                image();
                torn = tornOrUnreadable();
            }
            assertThat(torn)
                    .as("torn transactions after %s commits", writers.commits)
                    .isPositive();
        }
    }

    @Test
    void shouldBeWholeInEveryImage() throws Exception {
        int advanced = 0;
        try (StoreKeeper keeper = keeper()) {
            Awaitility.await().until(keeper::flush);
            try (Writers writers = new Writers(4, Duration.ofMillis(1))) {
                long before = 0;
                for (int i = 0; i < IMAGES; i++) {
                    long seen = writers.commits.get();
                    Awaitility.await().until(() -> writers.commits.get() > seen + 20);
                    Awaitility.await().pollInterval(Duration.ofMillis(1)).until(keeper::flush);
                    assertThat(StoreState.of(image()))
                            .as("image %s with %s", i, WholeMark.read(file))
                            .isEqualTo(StoreState.WHOLE);
                    assertThat(torn()).as("image %s", i).isZero();
                    advanced += storeOf(first).getCurrentVersion() > before ? 1 : 0;
                    before = storeOf(first).getCurrentVersion();
                }
            }
        }
        assertThat(advanced).as("images of different versions").isGreaterThan(IMAGES / 2);
    }

    @Test
    void shouldTakeBackImageThatH2TookByItself() throws Exception {
        try (StoreKeeper keeper = keeper();
                Writers writers = new Writers(4, Duration.ofMillis(1))) {
            Awaitility.await().until(keeper::flush);
            long seen = writers.commits.get();
            Awaitility.await().until(() -> writers.commits.get() > seen);
            execute(first, "CHECKPOINT SYNC");
            assertThat(keeper.isOvertaken()).isTrue();
            Path image = image();
            assertThat(StoreState.of(image)).as("taken back").isEqualTo(StoreState.WHOLE);
            assertThat(torn()).isZero();
            Files.delete(WholeMark.fileOf(image()));
            assertThat(StoreState.of(image)).as("without a mark").isEqualTo(StoreState.DOUBTFUL);
            Awaitility.await().until(keeper::flush);
            assertThat(StoreState.of(image()))
                    .as(
                            "with %s now at %s",
                            WholeMark.read(file), storeOf(first).getCurrentVersion())
                    .isEqualTo(StoreState.WHOLE);
        }
    }

    /** The process dies while the newest version is being appended. */
    @Test
    void shouldFindTheVersionBeforeTornOne() throws Exception {
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        try (StoreKeeper keeper = keeper()) {
            for (int round = 1; round <= 12; round++) {
                execute(
                        first,
                        "INSERT INTO WIDE SELECT " + round + " * 1000 + X, REPEAT('x', 100) FROM SYSTEM_RANGE(1, 200)");
                Awaitility.await().until(keeper::flush);
                long whole = Files.size(file);
                execute(first, "UPDATE WIDE SET V = REPEAT('y', 90)");
                Awaitility.await().until(keeper::flush);
                long all = Files.size(file);
                assertThat(all).as("bytes, appended to %s", whole).isGreaterThan(whole);
                for (long cut = whole; cut < all; cut += Math.max(1, (all - whole) / 7)) {
                    Path image = image();
                    try (FileChannel torn = FileChannel.open(image, StandardOpenOption.WRITE)) {
                        torn.truncate(cut);
                    }
                    assertThat(StoreState.of(image))
                            .as("round %s, %s of %s to %s bytes, %s", round, cut, whole, all, WholeMark.read(image))
                            .isEqualTo(StoreState.WHOLE);
                    assertThat(rowsOfImage()).as("rows of the version before").isEqualTo(200L * round);
                }
            }
        }
    }

    /** The machine loses its power while H2 closes the store: one of the two headers says so, what it says was closed is on the disk in part. */
    @Test
    void shouldFindNewestVersionWhenCloseWasCutOff() throws Exception {
        execute(first, "SHUTDOWN");
        first = open(url);
        Path image;
        try (StoreKeeper keeper = keeper()) {
            for (int value = 1; value <= 4; value++) {
                execute(first, "UPDATE A SET V = " + value);
                execute(first, "UPDATE B SET V = " + value);
                Awaitility.await().until(keeper::flush);
            }
            image = image();
            assertThat(StoreHeader.read(image, null).orElseThrow().version())
                    .as("the header's version")
                    .isLessThan(WholeMark.read(image).newestFirst().get(1).number());
            execute(first, "UPDATE A SET V = 5");
            execute(first, "SHUTDOWN");
        }
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(image, StandardOpenOption.WRITE)) {
            long end = to.size();
            assertThat(from.size()).as("bytes, appended to %s", end).isGreaterThan(end);
            from.transferTo(0, StoreHeader.BLOCK_BYTES, to);
            to.position(end);
            from.transferTo(end, from.size() - end - 512, to);
        }
        assertThat(StoreState.of(image)).isEqualTo(StoreState.WHOLE);
        try (Connection opened = open("jdbc:h2:" + directory.resolve("image") + ";IFEXISTS=TRUE");
                Statement statement = opened.createStatement();
                ResultSet row = statement.executeQuery("SELECT MIN(A.V), MIN(B.V) FROM A, B")) {
            row.next();
            assertThat(row.getLong(1)).isEqualTo(4);
            assertThat(row.getLong(2)).isEqualTo(4);
        }
    }

    private long rowsOfImage() throws SQLException {
        try (Connection image = open("jdbc:h2:" + directory.resolve("image") + ";IFEXISTS=TRUE");
                Statement statement = image.createStatement()) {
            long rows;
            try (ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM WIDE WHERE V LIKE 'x%' OR V LIKE 'y%'")) {
                row.next();
                rows = row.getLong(1);
            }
            statement.execute("SHUTDOWN IMMEDIATELY");
            return rows;
        }
    }

    /** H2 numbers its versions on from what it found, also by itself. */
    @Test
    void shouldBeWholeWhenFirstVersionAfterCrashIsTorn() throws Exception {
        StoreKeeper keeper = keeper();
        Awaitility.await().until(keeper::flush);
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        long length = Files.size(file);
        first = open(url);
        StoreKeeper next = keeper();
        execute(first, "UPDATE A SET V = 1 WHERE ID = 0");
        Awaitility.await().until(next::flush);
        execute(first, "SHUTDOWN IMMEDIATELY");
        next.close();
        assertThat(Files.size(file)).isGreaterThan(length);
        try (FileChannel torn = FileChannel.open(file, StandardOpenOption.WRITE)) {
            torn.truncate(length);
        }
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        first = open(url);
    }

    /** H2 has taken the note of the close out of the header by then. */
    @Test
    void shouldBeWholeWhenFirstVersionAfterOrderlyCloseIsLost() throws Exception {
        execute(first, "SHUTDOWN");
        long length = Files.size(file);
        assertThat(StoreState.of(file)).isEqualTo(StoreState.CLOSED);
        first = open(url);
        try (StoreKeeper keeper = keeper()) {
            execute(first, "UPDATE A SET V = 1 WHERE ID = 0");
            Awaitility.await().until(keeper::flush);
            Path image = image();
            try (FileChannel lost = FileChannel.open(image, StandardOpenOption.WRITE)) {
                assertThat(lost.size()).isGreaterThan(length);
                lost.truncate(length);
            }
            assertThat(StoreHeader.read(image, null).orElseThrow().closed()).isFalse();

            assertThat(StoreState.of(image)).isEqualTo(StoreState.WHOLE);
            assertThat(torn())
                    .as("rows of one table that differ from the other")
                    .isZero();
        }
    }

    @Test
    void shouldBeClosedWhenNothingWasWrittenWholeSince() throws Exception {
        execute(first, "SHUTDOWN");
        StoreHeader closed = StoreHeader.read(file, null).orElseThrow();
        WholeMark.begin(
                        file,
                        closed.created(),
                        new WholeMark.Version(
                                closed.version() + 1, Duration.ofDays(1).toMillis()))
                .close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.CLOSED);
        first = open(url);
    }

    @Test
    void shouldNotTakeVersionForTheMarkedOneThatHadItsNumberBeforeTheCrash() throws Exception {
        StoreKeeper keeper = keeper();
        Awaitility.await().until(keeper::flush);
        long length = Files.size(file);
        execute(first, "UPDATE A SET V = 1 WHERE ID = 0");
        Awaitility.await().until(keeper::flush);
        long lost = storeOf(first).getCurrentVersion();
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        try (FileChannel torn = FileChannel.open(file, StandardOpenOption.WRITE)) {
            torn.truncate(length);
        }
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        first = open(url + ";WRITE_DELAY=0");
        while (storeOf(first).getCurrentVersion() < lost) {
            execute(first, "UPDATE B SET V = V + 1 WHERE ID = 0");
        }
        execute(first, "SHUTDOWN IMMEDIATELY");
        assertThat(WholeMark.read(file).newestFirst())
                .extracting(WholeMark.Version::number)
                .doesNotContain(lost);
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        first = open(url);
        try (Statement statement = first.createStatement();
                ResultSet row = statement.executeQuery("SELECT SUM(A.V + B.V) FROM A JOIN B USING(ID)")) {
            row.next();
            assertThat(row.getLong(1)).as("taken back to before both updates").isZero();
        }
    }

    /** Killed, taken back, and killed again before it has grown over what it was taken back from. */
    @Test
    void shouldLeaveNothingBehindTheVersionThatItIsTakenBackTo() throws Exception {
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        for (int round = 1; round <= 20; round++) {
            StoreKeeper keeper = keeper();
            execute(
                    first,
                    "INSERT INTO WIDE SELECT " + round + " * 100 + X, REPEAT('x', 100) FROM SYSTEM_RANGE(1, 50)");
            Awaitility.await().until(keeper::flush);
            long whole = Files.size(file);
            for (int i = 0; i < 1 + round % 5; i++) {
                execute(first, "UPDATE WIDE SET V = REPEAT('" + (char) ('a' + i) + "', 100)");
                execute(first, "CHECKPOINT SYNC");
            }
            execute(first, "SHUTDOWN IMMEDIATELY");
            keeper.close();
            assertThat(StoreState.of(file)).as("round %s", round).isEqualTo(StoreState.WHOLE);
            assertThat(Files.size(file)).as("bytes in round %s", round).isLessThanOrEqualTo(whole);
            first = open(url);
            try (Statement statement = first.createStatement();
                    ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM WIDE WHERE V LIKE 'x%'")) {
                row.next();
                assertThat(row.getLong(1)).as("rows after round %s", round).isEqualTo(50L * round);
            }
        }
    }

    @Test
    void shouldBeWholeWhileFileIsCompacted() throws Exception {
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        execute(first, "INSERT INTO WIDE SELECT X, '' FROM SYSTEM_RANGE(1, 500)");
        long leastGrowth = 1024 * 1024;
        long largest = 0;
        long written = 0;
        try (StoreKeeper keeper =
                        new StoreKeeper(databaseOf(first), file, new Stillness(databaseOf(first)), leastGrowth);
                Writers writers = new Writers(2, Duration.ofMillis(1))) {
            for (int i = 0; i < 60; i++) {
                execute(first, "UPDATE WIDE SET V = REPEAT('" + (char) ('a' + i % 26) + "', 200)");
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(keeper::flush);
                largest = Math.max(largest, Files.size(file));
                written += 500 * 200;
                if (i % 5 == 0) {
                    assertThat(StoreState.of(image())).as("image %s", i).isEqualTo(StoreState.WHOLE);
                    assertThat(torn()).as("image %s", i).isZero();
                }
            }
            assertThat(writers.commits.get()).isPositive();
        }
        assertThat(largest).as("bytes of the file after writing %s", written).isLessThan(8 * leastGrowth);
    }

    @Test
    void shouldKeepFileSmallWhileSessionsWriteWithoutPause() throws Exception {
        long leastGrowth = 1024 * 1024;
        long largest = 0;
        try (StoreKeeper keeper =
                        new StoreKeeper(databaseOf(first), file, new Stillness(databaseOf(first)), leastGrowth);
                Writers writers = new Writers(4, Duration.ofNanos(50_000))) {
            while (writers.commits.get() < ENDURED) {
                if (keeper.flush()) {
                    largest = Math.max(largest, Files.size(file));
                }
            }
            System.out.printf("%d commits, largest %d, now %d%n", writers.commits.get(), largest, Files.size(file));
        }
        assertThat(largest).as("bytes of the file").isLessThan(8 * leastGrowth);
    }

    /** As a primary's log turns over: rows come at one end and are deleted at the other, and others change here and there. */
    @Test
    void shouldKeepFileSmallWhileRowsComeAndGo() throws Exception {
        long leastGrowth = 1024 * 1024;
        execute(first, "CREATE TABLE ENTRIES(ID INT PRIMARY KEY, BODY VARCHAR)");
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        execute(first, "INSERT INTO WIDE SELECT X, REPEAT('x', 200) FROM SYSTEM_RANGE(1, 10000)");
        long largest = 0;
        try (StoreKeeper keeper =
                new StoreKeeper(databaseOf(first), file, new Stillness(databaseOf(first)), leastGrowth)) {
            for (int id = 1; id < 2 * ENDURED; id += 100) {
                execute(first, "INSERT INTO ENTRIES SELECT " + id + " + X, REPEAT('y', 100) FROM SYSTEM_RANGE(0, 99)");
                execute(first, "DELETE FROM ENTRIES WHERE ID < " + (id - 2_000));
                execute(first, "UPDATE WIDE SET V = REPEAT('z', 200) WHERE MOD(ID, 1000) = " + id / 100 * 7 % 1000);
                while (!keeper.flush()) {
                    Thread.onSpinWait();
                }
                largest = Math.max(largest, Files.size(file));
                if (id % 10_000 == 1) {
                    assertThat(StoreState.of(image())).isEqualTo(StoreState.WHOLE);
                }
            }
        }
        assertThat(largest).as("bytes of the file around some 3 MB").isLessThan(6 * leastGrowth);
    }

    /** Each start would else allow a file to double once more. */
    @Test
    void shouldCompactFileThatWasLargeWhenItWasOpened() throws Exception {
        long leastGrowth = 1024 * 1024;
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        execute(first, "INSERT INTO WIDE SELECT X, REPEAT('x', 200) FROM SYSTEM_RANGE(1, 3000)");
        try (StoreKeeper keeper = keeper()) {
            for (int round = 0; Files.size(file) < 10 * leastGrowth; round++) {
                execute(first, "UPDATE WIDE SET V = REPEAT('" + round % 10 + "', 200)");
                Awaitility.await().until(keeper::flush);
            }
            execute(first, "SHUTDOWN IMMEDIATELY");
        }
        StoreState found = StoreState.of(file);
        first = open(url);
        try (StoreKeeper keeper =
                new StoreKeeper(databaseOf(first), file, new Stillness(databaseOf(first)), leastGrowth)) {
            for (int id = 1; id <= 30; id++) {
                execute(first, "UPDATE WIDE SET V = '' WHERE ID = " + id);
                Awaitility.await().until(keeper::flush);
            }
            assertThat(Files.size(file)).as("bytes of the file").isLessThan(4 * leastGrowth);
            assertThat(found).isEqualTo(StoreState.WHOLE);
            assertThat(StoreState.of(image())).isEqualTo(StoreState.WHOLE);
        }
    }

    @Test
    void shouldFlushWhileTablesComeAndGo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (StoreKeeper keeper = keeper()) {
            Thread changes = new Thread(() -> {
                try (Connection connection = open(url)) {
                    for (int i = 0; i < 400; i++) {
                        execute(connection, "CREATE TABLE T" + i + "(ID INT PRIMARY KEY, V INT UNIQUE)");
                        execute(connection, "INSERT INTO T" + i + " VALUES(1, 1)");
                        execute(connection, "DROP TABLE T" + i);
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                } finally {
                    done.set(true);
                }
            });
            changes.start();
            int flushes = 0;
            while (!done.get()) {
                flushes += keeper.flush() ? 1 : 0;
            }
            changes.join();
            assertThat(flushes).isPositive();
            Awaitility.await().until(keeper::flush);
            assertThat(StoreState.of(image())).isEqualTo(StoreState.WHOLE);
        }
    }

    @Test
    void shouldHaveInItsVersionWhatWasCommittedBeforeTheFlush() throws Exception {
        try (StoreKeeper keeper = keeper();
                Connection open = open(url)) {
            open.setAutoCommit(false);
            execute(open, "UPDATE A SET V = 100 WHERE ID = 1");
            execute(first, "UPDATE A SET V = 7 WHERE ID = 0");
            execute(first, "UPDATE B SET V = 7 WHERE ID = 0");
            assertThat(keeper.flush()).isTrue();
            execute(first, "UPDATE B SET V = 8 WHERE ID = 0");
            assertThat(StoreState.of(image())).isEqualTo(StoreState.WHOLE);
            assertThat(torn())
                    .as("neither the open transaction nor what came after the flush")
                    .isZero();
            open.rollback();
        }
    }

    @Test
    void shouldFlushWhileSessionWaitsForRowLock() throws Exception {
        execute(first, "SET DEFAULT_LOCK_TIMEOUT 20000");
        try (StoreKeeper keeper = keeper();
                Connection holder = open(url);
                Connection waiter = open(url)) {
            holder.setAutoCommit(false);
            execute(holder, "UPDATE A SET V = 1 WHERE ID = 0");
            Thread waiting = new Thread(() -> {
                try {
                    execute(waiter, "UPDATE A SET V = V + 1 WHERE ID = 0");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();
            SessionLocal session =
                    (SessionLocal) waiter.unwrap(JdbcConnection.class).getSession();
            Awaitility.await().until(() -> session.getBlockingSessionId() != 0);
            assertThat(keeper.flush()).isTrue();
            holder.commit();
            waiting.join();
            assertThat(keeper.flush()).isTrue();
        }
    }

    @Test
    void shouldFlushWhileQueryRuns() throws Exception {
        try (StoreKeeper keeper = keeper();
                Connection reader = open(url);
                Statement query = reader.createStatement()) {
            Thread reading = new Thread(() -> {
                try {
                    query.executeQuery("SELECT COUNT(*) FROM SYSTEM_RANGE(1, 100000) X, SYSTEM_RANGE(1, 1000000) Y");
                } catch (SQLException cancelled) {
                    assertThat(cancelled.getSQLState()).isEqualTo("57014");
                }
            });
            reading.start();
            SessionLocal session =
                    (SessionLocal) reader.unwrap(JdbcConnection.class).getSession();
            Awaitility.await().until(() -> session.getCurrentCommand() != null);
            execute(first, "UPDATE A SET V = 1 WHERE ID = 0");
            try {
                assertThat(keeper.flush()).isTrue();
            } finally {
                query.cancel();
                reading.join();
            }
        }
    }

    @Test
    void shouldNotCountVersionAsWholeWhileStatementWrites() throws Exception {
        execute(first, "CREATE TABLE LONG_ONE(ID BIGINT)");
        try (StoreKeeper keeper = keeper();
                Connection writer = open(url)) {
            Thread writing = new Thread(() -> {
                try {
                    execute(writer, "INSERT INTO LONG_ONE SELECT X FROM SYSTEM_RANGE(1, 300000)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            writing.start();
            SessionLocal session =
                    (SessionLocal) writer.unwrap(JdbcConnection.class).getSession();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> !ValueNull.INSTANCE.equals(session.getTransactionId()));
            assertThat(keeper.flush()).isFalse();
            writing.join();
            Awaitility.await().until(keeper::flush);
        }
    }

    @Test
    void shouldTellStoreClosedInOrder() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        first.close();
        keeper.close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.CLOSED);
        assertThat(WholeMark.fileOf(file)).doesNotExist();
    }

    @Test
    void shouldKeepMarkOfStoreThatCrashedUnderIt() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        execute(first, "UPDATE B SET V = 1 WHERE ID = 0");
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.WHOLE);
        assertThat(StoreState.of(file)).as("again").isEqualTo(StoreState.WHOLE);
        first = open(url);
        try (Statement statement = first.createStatement();
                ResultSet row = statement.executeQuery("SELECT SUM(V) FROM B")) {
            row.next();
            assertThat(row.getLong(1)).isZero();
        }
    }

    @Test
    void shouldDoubtStoreThatNobodyKept() throws Exception {
        execute(first, "CHECKPOINT SYNC");
        execute(first, "SHUTDOWN IMMEDIATELY");
        assertThat(StoreState.of(file)).isEqualTo(StoreState.DOUBTFUL);
    }

    @Test
    void shouldDoubtStoreThatOthersOpenedAfterCrash() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        execute(first, "SHUTDOWN IMMEDIATELY");
        keeper.close();
        try (Connection other = open(url)) {
            execute(other, "UPDATE B SET V = 1 WHERE ID = 0");
            execute(other, "CHECKPOINT SYNC");
        }
        assertThat(StoreState.of(file)).isEqualTo(StoreState.DOUBTFUL);
    }

    @Test
    void shouldLeaveStoreAloneThatSomebodyHasOpen() throws Exception {
        StoreKeeper keeper = keeper();
        assertThat(keeper.flush()).isTrue();
        assertThat(StoreState.of(file)).isEqualTo(StoreState.IN_USE);
        assertThat(WholeMark.fileOf(file)).exists();
        keeper.close();
    }

    @Test
    void shouldReadTheOtherRecordWhenOneIsHalfWritten() throws Exception {
        try (WholeMark mark = WholeMark.begin(file, 5, version(10))) {
            mark.write(version(11));
            mark.write(version(12));
        }
        Path written = WholeMark.fileOf(file);
        byte[] bytes = Files.readAllBytes(written);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(5, List.of(version(12), version(11))));
        bytes[10] ^= 1;
        Files.write(written, bytes);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(5, List.of(version(11))));
        bytes[bytes.length - 1] ^= 1;
        Files.write(written, bytes);
        assertThat(WholeMark.read(file)).isEqualTo(new WholeMark.Versions(0, List.of()));
    }

    private static WholeMark.Version version(long number) {
        return new WholeMark.Version(number, 1000 + number);
    }
}
