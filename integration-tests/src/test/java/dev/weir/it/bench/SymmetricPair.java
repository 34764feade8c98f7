package dev.weir.it.bench;

import static org.awaitility.Awaitility.await;

import dev.weir.it.process.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/**
 * Two H2 stores in files of which SymmetricDS, inside this JVM and without a network, copies every change of table {@code T} from one to the
 * other: triggers write each into a table, which is routed and pushed every {@link #PERIOD}. Thread-safe but for {@link #close}.
 */
final class SymmetricPair implements AutoCloseable {
    private static final int DATABASE_CLOSED = 90098;
    /** How long its jobs rest; 10 s unless set. */
    static final Duration PERIOD = Duration.ofMillis(100);

    private static final String PEER = "symmetric";
    private static final String USER = "sa";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path directory;
    private final Connection[] held;
    private final Object[] engines;

    private SymmetricPair(Path directory, Connection[] held, Object[] engines) {
        this.directory = directory;
        this.held = held;
        this.engines = engines;
    }

    /** Whether its jars are there. */
    static boolean isThere() {
        return !Peer.jars(PEER).isEmpty();
    }

    /** Starts both with the filled table and awaits that its changes are captured. */
    static SymmetricPair start() throws Exception {
        Path directory = Files.createTempDirectory("weir-bench");
        Connection[] held = {open(directory, "source"), open(directory, "target")};
        for (Connection each : held) {
            LogWork.fill(each);
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            Class<?> type = Class.forName("org.jumpmind.symmetric.ClientSymmetricEngine", true, Peer.of(PEER));
            Object source = type.getConstructor(Properties.class).newInstance(settings(directory, "source"));
            type.getMethod("setup").invoke(source);
            configure(held[0]);
            type.getMethod("start").invoke(source);
            Object target = type.getConstructor(Properties.class).newInstance(settings(directory, "target"));
            type.getMethod("start").invoke(target);
            await().atMost(PATIENCE)
                    .until(() -> (boolean) type.getMethod("isRegistered").invoke(target) && triggers(held[0]) == 3);
            return new SymmetricPair(directory, held, new Object[] {target, source});
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static String url(Path directory, String name) {
        return "jdbc:h2:" + directory.resolve(name);
    }

    private static Connection open(Path directory, String name) throws SQLException {
        return DriverManager.getConnection(url(directory, name), USER, "");
    }

    private static Properties settings(Path directory, String name) {
        Properties settings = new Properties();
        settings.setProperty("engine.name", name);
        settings.setProperty("group.id", name);
        settings.setProperty("external.id", name);
        settings.setProperty("db.driver", "org.h2.Driver");
        settings.setProperty("db.url", url(directory, name));
        settings.setProperty("db.user", USER);
        settings.setProperty("db.password", "");
        settings.setProperty("transport.type", "internal");
        // Only names, by which the engines of one JVM find each other.
        settings.setProperty("sync.url", "http://localhost/sync/" + name);
        settings.setProperty("registration.url", "http://localhost/sync/source");
        settings.setProperty("auto.registration", "true");
        settings.setProperty("job.routing.period.time.ms", Long.toString(PERIOD.toMillis()));
        settings.setProperty("job.push.period.time.ms", Long.toString(PERIOD.toMillis()));
        return settings;
    }

    private static void configure(Connection source) throws SQLException {
        try (Statement statement = source.createStatement()) {
            for (String sql : List.of(
                    "MERGE INTO SYM_NODE_GROUP(NODE_GROUP_ID) VALUES ('source'), ('target')",
                    "INSERT INTO SYM_NODE_GROUP_LINK(SOURCE_NODE_GROUP_ID, TARGET_NODE_GROUP_ID, DATA_EVENT_ACTION)"
                            + " VALUES ('source', 'target', 'P')",
                    "INSERT INTO SYM_ROUTER(ROUTER_ID, SOURCE_NODE_GROUP_ID, TARGET_NODE_GROUP_ID, ROUTER_TYPE, CREATE_TIME,"
                            + " LAST_UPDATE_TIME) VALUES ('all', 'source', 'target', 'default', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)",
                    "INSERT INTO SYM_TRIGGER(TRIGGER_ID, SOURCE_TABLE_NAME, CHANNEL_ID, CREATE_TIME, LAST_UPDATE_TIME)"
                            + " VALUES ('t', 'T', 'default', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)",
                    "INSERT INTO SYM_TRIGGER_ROUTER(TRIGGER_ID, ROUTER_ID, CREATE_TIME, LAST_UPDATE_TIME)"
                            + " VALUES ('t', 'all', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)")) {
                statement.execute(sql);
            }
        }
    }

    private static int triggers(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet count = statement.executeQuery(
                        "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TRIGGERS WHERE EVENT_OBJECT_TABLE = 'T'")) {
            count.next();
            return count.getInt(1);
        }
    }

    /** Opens a connection to the store that is written to. */
    Connection source() throws SQLException {
        return open(directory, "source");
    }

    /** Opens a connection to the copy. */
    Connection target() throws SQLException {
        return open(directory, "target");
    }

    @Override
    public void close() throws SQLException, IOException {
        try {
            for (Object engine : engines) {
                engine.getClass().getMethod("stop").invoke(engine);
                engine.getClass().getMethod("destroy").invoke(engine);
            }
        } catch (ReflectiveOperationException e) {
            throw new IOException("SymmetricDS cannot be stopped", e);
        }
        for (Connection each : held) {
            try (Statement statement = each.createStatement()) {
                statement.execute("SHUTDOWN"); // also for connections that the engines have left behind
            } catch (SQLException e) {
                if (e.getErrorCode() != DATABASE_CLOSED) {
                    throw e;
                }
                // Stopping an engine interrupts its threads, and H2 closes a store when one that writes is interrupted.
            }
        }
        // Some of their threads end a little later.
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            Directories.remove(directory);
            return !Files.exists(directory);
        });
    }
}
