package dev.weir.it.offload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Four tables with a number for each client, of which clients write one and read all. */
final class Shop {
    /** The table that writes go to. */
    static final int WRITTEN = 0;

    private static final List<String> TABLES = List.of("event", "item", "customer", "price");

    private Shop() {}

    static int tables() {
        return TABLES.size();
    }

    static void create(Connection connection, int clients) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("CREATE TABLE " + table + "(client INT, n INT, PRIMARY KEY (client, n))");
                for (int client = 0; client < clients; client++) {
                    statement.execute("INSERT INTO " + table + " VALUES (" + client + ", 0)");
                }
            }
        }
    }

    /** Takes a client's number and its table. */
    static PreparedStatement prepareRead(Connection connection, int table) throws SQLException {
        return connection.prepareStatement("SELECT max(n) FROM " + TABLES.get(table) + " WHERE client = ?");
    }

    /** As {@link #prepareRead} for the table that is written. */
    static PreparedStatement prepareReadOfPrimary(Connection connection) throws SQLException {
        return connection.prepareStatement(
                "/* weir: primary */ SELECT max(n) FROM " + TABLES.get(WRITTEN) + " WHERE client = ?");
    }

    /** Takes the client's new number, then the client. */
    static PreparedStatement prepareWrite(Connection connection, Write write) throws SQLException {
        return connection.prepareStatement(
                switch (write) {
                    case INSERT -> "INSERT INTO " + TABLES.get(WRITTEN) + "(n, client) VALUES (?, ?)";
                    case UPDATE -> "UPDATE " + TABLES.get(WRITTEN) + " SET n = ? WHERE client = ?";
                });
    }

    /** How clients write. */
    enum Write {
        INSERT,
        UPDATE
    }
}
