package dev.weir.replicator.verify;

import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** The stores of the replicas that a primary knows, as a user of the primary reaches them. Thread-safe: holds nothing but how that is done. */
public final class ReplicaStores {
    private final PrimaryAccess primary;
    private final String user;
    private final String password;

    public ReplicaStores(PrimaryAccess primary, String user, String password) {
        this.primary = primary;
        this.user = user;
        this.password = password;
    }

    /** Their URLs by name. */
    public Map<String, String> urls() throws SQLException {
        Map<String, String> urls = new TreeMap<>();
        try (Connection connection = primary.openSession();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT NAME, URL FROM WEIR.REPLICA ORDER BY NAME")) {
            while (rows.next()) {
                urls.put(rows.getString(1), String.valueOf(rows.getString(2)));
            }
        }
        return urls;
    }

    /**
     * The store of one.
     *
     * @throws SQLException 42704 if the primary knows no such replica; 08001 if what it knows is no URL of a store
     */
    public Verification.Replica of(String name) throws SQLException {
        Map<String, String> known = urls();
        String url = known.get(name);
        if (url == null) {
            throw new SQLException(
                    "The primary knows no replica named " + name + "; it knows "
                            + (known.isEmpty() ? "none" : String.join(", ", known.keySet())),
                    "42704");
        }
        StoreUrl store;
        try {
            store = StoreUrl.parse(url).with("IFEXISTS", "TRUE");
        } catch (IllegalArgumentException e) {
            throw new SQLException("Replica " + name + " cannot be reached: " + e.getMessage(), "08001", e);
        }
        StoreUrl reached = primary.url().filePassword(password) == null ? store : store.encrypted();
        return () -> open(name, reached);
    }

    private Connection open(String name, StoreUrl store) throws SQLException {
        try {
            return Sessions.open(store, user, password);
        } catch (SQLException e) {
            throw new SQLException(
                    "Replica " + name + " cannot be reached at " + store + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }
}
