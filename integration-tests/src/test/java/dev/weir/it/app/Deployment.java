package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.WeirNodes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.awaitility.Awaitility;

/** An empty database on a cluster, as an application is told of it, with a witness on every replica. Thread-safe. */
final class Deployment {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** The kinds of database that Weir works on. */
    enum Database {
        H2,
        POSTGRESQL
    }

    /** Something that an application does and checks. */
    interface Action {
        void run() throws Exception;
    }

    private final Database database;
    private final String url;
    private final String user;
    private final String password;
    private final Witness witness;
    private volatile boolean offloaded;

    Deployment(Database database, String url, String user, String password, Witness witness) {
        this.database = database;
        this.url = url;
        this.user = user;
        this.password = password;
        this.witness = witness;
    }

    Database database() {
        return database;
    }

    boolean isPostgres() {
        return database == Database.POSTGRESQL;
    }

    /** Weir's URL, without credentials. */
    String url() {
        return url;
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** Opens a connection through Weir beside the framework's own. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** Executes statements through Weir beside the framework. */
    void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All rows as text, asked through Weir beside the framework. */
    List<String> rows(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                StringJoiner row = new StringJoiner(", ");
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                found.add(row.toString());
            }
        }
        return found;
    }

    /** The first column of the first row, asked through Weir beside the framework. */
    long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).as(sql).isTrue();
            return rows.getLong(1);
        }
    }

    /**
     * Reads again and again, each time with the right result, until a replica has been asked for it.
     *
     * @param fragment what the statement contains on the replica, in any case
     */
    void readUntilOffloaded(String fragment, Action read) throws Exception {
        int before = onReplicas(fragment).size();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        boolean reached = false;
        while (!reached && System.nanoTime() < deadline) {
            read.run();
            reached = onReplicas(fragment).size() > before;
        }
        assertThat(reached)
                .as(
                        "A replica was asked for '%s' within %s; it was asked for %s; nodes are %s",
                        fragment, LIMIT, witness.seen(), reached ? "" : nodes())
                .isTrue();
        offloaded = true;
    }

    private String nodes() throws SQLException {
        try (Connection connection = connect()) {
            return WeirNodes.of(connection).toString();
        }
    }

    /** The statements that the application has sent to replicas and that contain the fragment, in any case. */
    List<String> onReplicas(String fragment) throws Exception {
        String part = fragment.toLowerCase(Locale.ROOT);
        return witness.seen().stream()
                .map(Seen::sql)
                .filter(sql -> sql.toLowerCase(Locale.ROOT).contains(part))
                .toList();
    }

    /** Waits until every replica holds what the primary does. */
    void awaitCaughtUp() throws Exception {
        witness.awaitCaughtUp(LIMIT);
    }

    /** Asks the replicas what they were asked and what they hold. */
    void verify() throws Exception {
        assertThat(offloaded).as("The application has read on replicas").isTrue();
        List<Seen> seen = witness.seen();
        assertThat(seen).allSatisfy(one -> {
            assertThat(one.error()).as("refusal of %s", one).isNull();
            assertThat(Harmless.isHarmless(one.sql())).as("%s is harmless", one).isTrue();
        });
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            witness.awaitCaughtUp(LIMIT);
            assertThat(witness.differences()).isEmpty();
        });
    }

    @Override
    public String toString() {
        return database.toString();
    }
}
