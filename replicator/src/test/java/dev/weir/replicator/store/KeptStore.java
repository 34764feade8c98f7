package dev.weir.replicator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.h2.engine.Database;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store in a file with two tables that are always changed together, and what a crash would leave of it. */
abstract class KeptStore {
    @TempDir
    Path directory;

    Path file;

    String url;

    Connection first;

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

    static Connection open(String url) throws SQLException {
        return DriverManager.getConnection(url, "sa", "");
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static Database databaseOf(Connection connection) throws SQLException {
        return ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession()).getDatabase();
    }

    static MVStore storeOf(Connection connection) throws SQLException {
        return databaseOf(connection).getStore().getMvStore();
    }

    StoreKeeper keeper() throws SQLException {
        return StoreKeeper.ofShared(first, file, StoreState.CLOSED);
    }

    /** Copies the mark, then the file, as they would be found if the process died now. */
    Path image() throws IOException, SQLException {
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
    long torn() throws SQLException {
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

    /** Sessions that each count in both tables in one transaction, and roll every fifth back. */
    final class Writers implements AutoCloseable {
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
}
