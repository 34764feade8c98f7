package dev.weir.replicator.cli;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** The replicas that a primary knows. Pure. */
final class Replicas {
    private Replicas() {}

    /** Their URLs by name. */
    static Map<String, String> urls(Connection primary) throws SQLException {
        Map<String, String> urls = new TreeMap<>();
        try (Statement statement = primary.createStatement();
                ResultSet rows = statement.executeQuery("SELECT NAME, URL FROM WEIR.REPLICA ORDER BY NAME")) {
            while (rows.next()) {
                urls.put(rows.getString(1), String.valueOf(rows.getString(2)));
            }
        }
        return urls;
    }

    /** How to name one that is not among them. */
    static CommandFailure unknown(String name, Map<String, String> known) {
        return new CommandFailure("The primary knows no replica named " + name + "; it knows "
                + (known.isEmpty() ? "none" : String.join(", ", known.keySet())));
    }
}
