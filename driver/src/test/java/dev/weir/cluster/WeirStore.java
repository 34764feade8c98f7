package dev.weir.cluster;

import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** An H2 store in memory that is a node of a cluster, with a position set by hand. Confined to one thread. */
final class WeirStore implements AutoCloseable {
    static final String USER = "app";
    static final String PASSWORD = "secret";

    private final String database = "mem:" + UUID.randomUUID();
    private final String url = "jdbc:h2:" + database + ";DB_CLOSE_DELAY=-1";
    private final Connection admin;

    private WeirStore() throws SQLException {
        admin = DriverManager.getConnection(url, USER, PASSWORD);
    }

    static WeirStore plain() throws SQLException {
        return new WeirStore();
    }

    static WeirStore primary(UUID cluster) throws SQLException {
        WeirStore store = new WeirStore();
        WeirSchema.createPrimary(store.admin, cluster, "primary");
        return store;
    }

    /** A replica that has been seeded at LSN 0 of epoch 1. */
    static WeirStore replica(UUID cluster) throws SQLException {
        WeirStore store = new WeirStore();
        WeirSchema.createTables(store.admin);
        store.execute("INSERT INTO WEIR.NODE(ID, CLUSTER, NAME, ROLE, FORMAT) VALUES (1, '" + cluster
                + "', 'replica', 'replica', 1)");
        store.execute("INSERT INTO WEIR.CHECKPOINT VALUES (1, 0, 1, RANDOM_UUID(), 0, CURRENT_TIMESTAMP,"
                + " CURRENT_TIMESTAMP)");
        return store;
    }

    /** The store as a server in this JVM names it. */
    String database() {
        return database;
    }

    String url() {
        return url;
    }

    void head(long lsn) throws SQLException {
        execute("UPDATE WEIR.HEAD SET LSN = " + lsn);
    }

    void checkpoint(long lsn) throws SQLException {
        execute("UPDATE WEIR.CHECKPOINT SET LSN = " + lsn);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("SHUTDOWN");
    }
}
