package dev.weir.it.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One server of a {@link PostgresCluster} with its fault switches. Confined to one thread. */
public final class PostgresNode {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final PostgresServer server;

    PostgresNode(String name, PostgresServer server) {
        this.name = name;
        this.server = server;
    }

    /** {@code primary}, {@code standby1} or {@code standby2}: what it was when the cluster was made. */
    public String name() {
        return name;
    }

    /** The node as a host list names it, such as {@code 127.0.0.1:40123}. */
    public String address() {
        return server.host() + ":" + server.port();
    }

    public int port() {
        return server.port();
    }

    /** The URL that reaches this node alone through PostgreSQL's own driver, without credentials. */
    public String url() {
        return "jdbc:postgresql://" + address() + "/" + PostgresCluster.DATABASE;
    }

    /** Opens a connection to this node as the unprivileged application role, past Weir. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), PostgresCluster.USER, PostgresCluster.PASSWORD);
    }

    /** Opens a connection to this node's application database as superuser. */
    public Connection connectAsSuperuser() throws SQLException {
        return superuser(PostgresCluster.DATABASE);
    }

    Connection superuser(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + address() + "/" + database
                        + "?connectTimeout=5&socketTimeout=30&ApplicationName=weir-test-switch",
                PostgresCluster.SUPERUSER,
                PostgresCluster.SUPERUSER_PASSWORD);
    }

    /** Starts the server if it does not run and waits until it answers queries. */
    public void start() {
        server.start();
        try {
            Awaitility.await("PostgreSQL " + name)
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(START_LIMIT)
                    .until(this::answers);
        } catch (ConditionTimeoutException late) {
            throw new IllegalStateException(
                    "PostgreSQL " + name + " did not answer within " + START_LIMIT.toSeconds() + " s:\n"
                            + server.logTail(),
                    late);
        }
    }

    private boolean answers() {
        if (!server.isRunning()) {
            throw new IllegalStateException("PostgreSQL " + name + " ended at once:\n" + server.logTail());
        }
        try (Connection connection = superuser("postgres")) {
            return connection.isValid(5);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Shuts the server down in fast mode and waits until it is gone. */
    public void stop() {
        server.stop();
    }

    /** Ends every process of the server at once. */
    public void kill() {
        server.kill();
    }

    /** Stops and starts the server, and waits until it answers. */
    public void restart() {
        server.stop();
        start();
    }

    /** Stops the server's processes from running; its connections stay open and answer nothing. */
    public void freeze() {
        server.freeze();
    }

    public void thaw() {
        server.thaw();
    }

    public boolean isRunning() {
        return server.isRunning();
    }

    /** Lets a standby receive WAL without replaying it, until {@link #resumeReplay()}. */
    public void pauseReplay() throws SQLException {
        execute("SELECT pg_wal_replay_pause()");
        Awaitility.await("pause of replay on " + name)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> "paused".equals(query("SELECT pg_get_wal_replay_pause_state()")));
    }

    public void resumeReplay() throws SQLException {
        execute("SELECT pg_wal_replay_resume()");
    }

    /** Makes a standby replay each commit so much later than it was made; zero for at once. */
    public void delayReplay(Duration delay) throws SQLException {
        configure("recovery_min_apply_delay", Long.toString(delay.toMillis()));
    }

    /** Changes a setting of the running server, and waits until new sessions see it. */
    public void configure(String setting, String value) throws SQLException {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET " + setting + " = '" + value + "'");
            statement.execute("SELECT pg_reload_conf()");
        }
        Awaitility.await(setting + " of " + name)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> value.equals(query("SELECT setting FROM pg_settings WHERE name = '" + setting + "'")));
    }

    /** All that the server has logged since its data was made. */
    public String log() {
        return server.log();
    }

    /** Makes a standby a primary and waits until it takes writes. */
    public void promote() throws SQLException {
        execute("SELECT pg_promote(true, 60)");
    }

    public boolean isInRecovery() throws SQLException {
        return "t".equals(query("SELECT pg_is_in_recovery()"));
    }

    /** Executes a statement as superuser in a connection of its own. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row as text, asked as superuser in a connection of its own. */
    public String query(String sql) throws SQLException {
        try (Connection connection = superuser("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) {
                throw new SQLException("No row from " + sql);
            }
            return rows.getString(1);
        }
    }

    /** Undoes every switch but a promotion, and starts the server if it does not run. */
    void heal() throws SQLException {
        server.thaw();
        start();
        if (isInRecovery()) {
            resumeReplay();
            if (!"0".equals(query("SELECT setting FROM pg_settings WHERE name = 'recovery_min_apply_delay'"))) {
                delayReplay(Duration.ZERO);
            }
        }
    }

    void close() {
        server.close();
    }

    @Override
    public String toString() {
        return name + "(" + address() + ")";
    }
}
