package dev.weir.replicator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How large the file of a store becomes that is written to without an end, and that it is whole meanwhile. */
@Timeout(120)
final class StoreCompactionTest extends KeptStore {
    private static final int ENDURED = Integer.getInteger("weir.endured", 20_000);

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
        assertThat(largest).as("bytes of the file around some 3 MB").isLessThan(7 * leastGrowth);
    }

    /** Much more than one round moves. */
    @Test
    void shouldKeepFileSmallThoughMuchIsAlive() throws Exception {
        long leastGrowth = 1024 * 1024;
        execute(first, "CREATE TABLE WIDE(ID INT PRIMARY KEY, V VARCHAR)");
        execute(first, "INSERT INTO WIDE SELECT X, REPEAT('x', 200) FROM SYSTEM_RANGE(1, 60000)");
        long alive = 15 * leastGrowth;
        long largest = 0;
        try (StoreKeeper keeper =
                new StoreKeeper(databaseOf(first), file, new Stillness(databaseOf(first)), leastGrowth)) {
            for (int round = 0; round < 600; round++) {
                int id = round * 7_100 % 59_000;
                execute(first, "UPDATE WIDE SET V = REPEAT('y', 200) WHERE ID BETWEEN " + id + " AND " + (id + 500));
                Awaitility.await().pollInterval(Duration.ofMillis(1)).until(keeper::flush);
                largest = Math.max(largest, Files.size(file));
                if (round % 100 == 0) {
                    assertThat(StoreState.of(image())).as("image %s", round).isEqualTo(StoreState.WHOLE);
                }
            }
        }
        assertThat(largest).as("bytes of the file around some 15 MB").isLessThan(3 * alive);
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
}
