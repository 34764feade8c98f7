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
    STUB {
        @Override
        Address start() {
            StubDriver.register();
            return new Address(
                    "jdbc:postgresql://stub-primary/bench",
                    "jdbc:weir:postgresql://stub-primary,stub-standby/bench?ApplicationName=bench",
                    List.of(),
                    "app",
                    "secret",
                    () -> {});
        }

        @Override
        void fill(Source source) {}
    },
    /** H2 in this JVM's memory; under Weir with one replica. */
    H2 {
        @Override
        Address start() {
            return new Address(
                    "jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1",
                    "jdbc:weir:h2:mem:bench;DB_CLOSE_DELAY=-1;weir.replicas=1",
                    List.of("jdbc:h2:mem:bench;DB_CLOSE_DELAY=-1"),
                    "sa",
                    "",
                    () -> {});
        }
    },
    /** A PostgreSQL primary with two standbys on this machine. */
    POSTGRESQL {
        @Override
        Address start() throws Exception {
            PostgresCluster cluster = PostgresCluster.start();
            return new Address(
                    cluster.primary().url(),
                    cluster.weirUrl(),
                    cluster.nodes().stream().map(PostgresNode::url).toList(),
                    PostgresCluster.USER,
                    PostgresCluster.PASSWORD,
                    cluster::close);
        }
    };

    static final int ROWS = 1000;
    static final int SCANNED = 100;
    static final int BATCH = 100;

    /**
     * Where a started target is reached.
     *
     * @param url through its own driver
     * @param weirUrl through Weir
     * @param nodes each node's own URL, the primary's first
     * @param end stops the target
     */
    record Address(String url, String weirUrl, List<String> nodes, String user, String password, Runnable end) {
        /** The URL that names all nodes, without {@code jdbc:}. */
        String plainUrl() {
            return weirUrl.substring("jdbc:weir:".length());
        }
    }

    abstract Address start() throws Exception;

    /** Creates table ITEM with {@link #ROWS} rows on the primary. */
    void fill(Source source) throws SQLException {
        try (Connection connection = source.connection()) {
            try (Statement statement = connection.createStatement()) {
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
