package dev.weir.it.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.testcontainers.DockerClientFactory;

/**
 * A PostgreSQL primary with streaming standbys, two unless told otherwise, with an unprivileged application role and its database. {@code fsync} is off.
 * Confined to one thread.
 */
public final class PostgresCluster implements AutoCloseable {
    public static final String DATABASE = "shop";
    public static final String USER = "app";
    public static final String PASSWORD = "app-secret";

    static final String SUPERUSER = "postgres";
    static final String SUPERUSER_PASSWORD = "super-secret";
    private static final int STANDBYS = 2;
    static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(60);

    /** The settings of every server, whatever it runs in. */
    static final List<String> SETTINGS = List.of(
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "max_connections=300",
            "max_prepared_transactions=10",
            "wal_keep_size=1GB",
            "wal_retrieve_retry_interval=100ms",
            "max_standby_streaming_delay=5s",
            "autovacuum=off");

    private final PostgresHost host;
    private final List<PostgresNode> nodes;

    PostgresCluster(PostgresHost host) {
        this.host = host;
        this.nodes = host.nodes();
    }

    /** Starts a cluster from containers where Docker answers, else from server binaries; blocks until the standbys stream. */
    public static PostgresCluster start() throws IOException, SQLException {
        return start(STANDBYS);
    }

    /** As {@link #start()} with another number of standbys. */
    public static PostgresCluster start(int standbys) throws IOException, SQLException {
        PostgresHost host = DockerClientFactory.instance().isDockerAvailable()
                ? ContainerHost.create(standbys)
                : ProcessHost.create(standbys);
        PostgresCluster cluster = new PostgresCluster(host);
        try {
            cluster.nodes.forEach(PostgresNode::start);
            cluster.createApplication();
            cluster.awaitCaughtUp();
            return cluster;
        } catch (SQLException | RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    private void createApplication() throws SQLException {
        primary().execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
        primary().execute("CREATE DATABASE " + DATABASE + " OWNER " + USER);
    }

    /** The nodes, the one that was made as primary first. */
    public List<PostgresNode> nodes() {
        return nodes;
    }

    public PostgresNode primary() {
        return nodes.get(0);
    }

    public PostgresNode standby1() {
        return nodes.get(1);
    }

    public PostgresNode standby2() {
        return nodes.get(2);
    }

    /** The Weir URL that names every node, the primary first, with the application's credentials. */
    public String weirUrl() {
        return weirUrl(nodes.toArray(PostgresNode[]::new));
    }

    /** The Weir URL that names the nodes in this order, with the application's credentials. */
    public static String weirUrl(PostgresNode... order) {
        String hosts = Arrays.stream(order).map(PostgresNode::address).collect(Collectors.joining(","));
        return "jdbc:weir:postgresql://" + hosts + "/" + DATABASE + "?user=" + USER + "&password=" + PASSWORD;
    }

    /** Waits until all standbys have replayed all that the primary has written. */
    public void awaitCaughtUp() throws SQLException {
        String written = primary().query("SELECT pg_current_wal_insert_lsn()");
        for (PostgresNode standby : nodes.subList(1, nodes.size())) {
            Awaitility.await("replay on " + standby)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(CATCH_UP_LIMIT)
                    .until(() ->
                            "t".equals(standby.query("SELECT pg_last_wal_replay_lsn() >= '" + written + "'::pg_lsn")));
        }
    }

    /** Undoes every fault switch, empties the application's database, and waits until the standbys have caught up. */
    public void heal() throws SQLException {
        for (PostgresNode node : nodes) {
            node.heal();
        }
        try (Connection connection = primary().connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = '10s'");
            for (String schema : ownSchemas(statement)) {
                statement.execute("DROP SCHEMA " + schema + " CASCADE");
            }
            statement.execute("CREATE SCHEMA public AUTHORIZATION " + USER);
        }
        awaitCaughtUp();
    }

    private static List<String> ownSchemas(Statement statement) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT quote_ident(nspname) FROM pg_namespace"
                + " WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'")) {
            while (rows.next()) {
                schemas.add(rows.getString(1));
            }
        }
        return schemas;
    }

    /** Whether the nodes still have the roles they were made with; a cluster with a promoted standby cannot be healed. */
    public boolean hasItsRoles() throws SQLException {
        for (PostgresNode standby : nodes.subList(1, nodes.size())) {
            if (standby.isRunning() && !standby.isInRecovery()) {
                return false;
            }
        }
        return true;
    }

    /** Ends every server at once and removes their data. */
    @Override
    public void close() {
        nodes.forEach(PostgresNode::close);
        host.close();
    }
}
