package dev.weir.replicator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.value.ValueNull;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flushes while sessions write, wait or read. */
@Timeout(120)
final class StoreKeeperTest extends KeptStore {
    @Test
    void shouldFlushWhileTablesComeAndGo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger flushes = new AtomicInteger();
        try (StoreKeeper keeper = keeper()) {
            Thread changes = new Thread(() -> {
                try (Connection connection = open(url)) {
                    for (int i = 0; i < 400 || flushes.get() == 0; i++) {
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
            while (!done.get()) {
                flushes.addAndGet(keeper.flush() ? 1 : 0);
            }
            changes.join();
            assertThat(flushes).hasPositiveValue();
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

    /** A statement that has written one row and does not go on until it may. */
    public static final class Halted {
        private static volatile CountDownLatch mayGoOn = new CountDownLatch(0);

        private Halted() {}

        /** Blocks, and returns 2. */
        public static long halt() throws InterruptedException {
            mayGoOn.await();
            return 2;
        }
    }

    @Test
    void shouldNotCountVersionAsWholeWhileStatementWrites() throws Exception {
        execute(first, "CREATE TABLE LONG_ONE(ID BIGINT)");
        execute(first, "CREATE ALIAS HALT FOR '" + Halted.class.getName() + ".halt'");
        Halted.mayGoOn = new CountDownLatch(1);
        try (StoreKeeper keeper = keeper();
                Connection writer = open(url)) {
            Thread writing = new Thread(() -> {
                try {
                    execute(writer, "INSERT INTO LONG_ONE VALUES (1), (HALT())");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            writing.start();
            SessionLocal session =
                    (SessionLocal) writer.unwrap(JdbcConnection.class).getSession();
            try {
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> !ValueNull.INSTANCE.equals(session.getTransactionId()));
                assertThat(keeper.flush()).isFalse();
            } finally {
                Halted.mayGoOn.countDown();
                writing.join();
            }
            Awaitility.await().until(keeper::flush);
        }
    }
}
