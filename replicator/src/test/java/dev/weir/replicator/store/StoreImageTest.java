package dev.weir.replicator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.h2.api.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Images of a store's file, taken while sessions write, torn or cut, and opened as after a crash. */
@Timeout(120)
final class StoreImageTest extends KeptStore {
    private static final int IMAGES = 60;

    private static final Duration SEARCH = Duration.ofSeconds(60);

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
}
