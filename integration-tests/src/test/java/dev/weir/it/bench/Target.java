package dev.weir.it.bench;

import dev.weir.it.bench.stub.StubDriver;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The database underneath. */
public enum Target {
    /** A driver whose calls cost nothing: what is left is the subject's own cost. */
    STUB("The stub, whose calls cost nothing") {
        @Override
        Address start() {
            StubDriver.register();
            return new Address(
                    "jdbc:postgresql://stub-primary/bench",
                    "jdbc:weir:postgresql://stub-primary,stub-standby/bench?ApplicationName=bench",
                    List.of(),
                    "app",
                    "secret",
                    POOLED,
                    () -> {});
        }

        @Override
        void fill(Source source) {}
    },
    /** H2 in this JVM's memory; under Weir with one replica. */
    H2("H2 in memory") {
        @Override
        Address start() {
            return new Address(
                    "jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1",
                    "jdbc:weir:h2:mem:bench;DB_CLOSE_DELAY=-1;weir.replicas=1",
                    List.of("jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1"),
                    "sa",
                    "",
                    POOLED,
                    () -> {});
        }
    },
    /** A PostgreSQL primary with two standbys on this machine: those that {@link #RUNNING} names, else new ones. */
    POSTGRESQL("PostgreSQL with two standbys") {
        @Override
        Address start() throws Exception {
            String running = System.getProperty(RUNNING);
            if (running != null) {
                return postgres(List.of(running.split(",")), () -> {});
            }
            PostgresCluster cluster = PostgresCluster.start();
            return postgres(cluster.nodes().stream().map(PostgresNode::address).toList(), cluster::close);
        }
    };

    /** The system property with the addresses of the servers of a running cluster, the primary's first. */
    static final String RUNNING = "bench.postgresql";

    private static final int POOLED = 32;

    static final int ROWS = 1000;
    static final int SCANNED = 100;
    static final int BATCH = 100;

    /**
     * Where a started target is reached.
     *
     * @param url through its own driver
     * @param weirUrl through Weir
     * @param nodes each node's own URL, the primary's first
     * @param connections how many a pool may hold
     * @param end stops the target
     */
    public record Address(
            String url,
            String weirUrl,
            List<String> nodes,
            String user,
            String password,
            int connections,
            Runnable end) {
        /** The same, with further settings at the end of Weir's URL. */
        public Address with(String settings) {
            return new Address(url, weirUrl + settings, nodes, user, password, connections, end);
        }

        /** The same, with pools of so many connections. */
        Address holding(int pooled) {
            return new Address(url, weirUrl, nodes, user, password, Math.max(pooled, connections), end);
        }

        /** The same, reached by another URL through its own driver. */
        public Address through(String other) {
            return new Address(other, weirUrl, nodes, user, password, connections, end);
        }

        /** The URL that names all nodes, without {@code jdbc:}. */
        public String plainUrl() {
            return weirUrl.substring("jdbc:weir:".length());
        }
    }

    private final String title;

    Target(String title) {
        this.title = title;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    abstract Address start() throws Exception;

    private static Address postgres(List<String> addresses, Runnable end) {
        String database = "/" + PostgresCluster.DATABASE;
        return new Address(
                "jdbc:postgresql://" + addresses.get(0) + database,
                "jdbc:weir:postgresql://" + String.join(",", addresses) + database + "?ApplicationName=bench",
                addresses.stream()
                        .map(each -> "jdbc:postgresql://" + each + database)
                        .toList(),
                PostgresCluster.USER,
                PostgresCluster.PASSWORD,
                POOLED,
                end);
    }

    /** Creates table ITEM with {@link #ROWS} rows on the primary. */
    void fill(Source source) throws SQLException {
        try (Connection connection = source.connection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS ITEM");
                statement.execute("DROP TABLE IF EXISTS ENTRY");
                statement.execute("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(40), AMOUNT INT)");
                statement.execute("CREATE TABLE ENTRY(ID BIGINT PRIMARY KEY, NAME VARCHAR(40))");
            }
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO ITEM VALUES (?, ?, 0)")) {
                for (int i = 0; i < ROWS; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "item " + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
    }
}
