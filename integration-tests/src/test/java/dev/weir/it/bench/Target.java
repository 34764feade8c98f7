package dev.weir.it.bench;

import dev.weir.it.bench.stub.StubDriver;
import dev.weir.it.postgres.PostgresCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** The database underneath. */
public enum Target {
    /** A driver whose calls cost nothing: what is left is the subject's own cost. */
    STUB {
        @Override
        Address start() {
            StubDriver.register();
            return new Address(
                    "jdbc:postgresql://stub-primary/bench",
                    "jdbc:weir:postgresql://stub-primary,stub-standby/bench",
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
                    PostgresCluster.USER,
                    PostgresCluster.PASSWORD,
                    cluster::close);
        }
    };

    static final int ROWS = 1000;

    /**
     * Where a started target is reached.
     *
     * @param url through its own driver
     * @param weirUrl through Weir
     * @param end stops the target
     */
    record Address(String url, String weirUrl, String user, String password, Runnable end) {}

    abstract Address start() throws Exception;

    /** Creates table ITEM with {@link #ROWS} rows through the subject. */
    void fill(Source source) throws SQLException {
        try (Connection connection = source.connection()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE ITEM(ID INT PRIMARY KEY, NAME VARCHAR(40), AMOUNT INT)");
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
