package dev.weir.it.consistency;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A number on the primary that one thread raises by one again and again, and when each of its values was acknowledged. */
final class Register implements AutoCloseable {
    static final String READ = "SELECT n FROM register";

    private static final Duration PAUSE = Duration.ofMillis(4);

    private final ConcurrentSkipListMap<Long, Long> acknowledged = new ConcurrentSkipListMap<>();
    private final Connection connection;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable SQLException failure;

    private Register(Connection connection) {
        this.connection = connection;
        this.thread = new Thread(this::run, "register");
    }

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE register(id INT PRIMARY KEY, n INT)");
            statement.execute("INSERT INTO register VALUES (1, 0)");
        }
    }

    /** Starts to write over a connection, which it closes in the end. */
    static Register on(Connection connection) {
        Register register = new Register(connection);
        register.thread.start();
        return register;
    }

    private void run() {
        try (Statement statement = connection.createStatement()) {
            for (long value = 1; !stopped; value++) {
                statement.executeUpdate("UPDATE register SET n = " + value);
                acknowledged.put(System.nanoTime(), value);
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (SQLException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static long read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(READ)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The newest value that was acknowledged by then. */
    long at(long nanos) {
        Map.Entry<Long, Long> newest = acknowledged.floorEntry(nanos);
        return newest == null ? 0 : newest.getValue();
    }

    /** Stops writing. */
    @Override
    public void close() throws SQLException {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
        if (failure != null) {
            throw new IllegalStateException("The register could not be written", failure);
        }
    }
}
