package dev.weir.it.h2;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One node's store, reached past Weir with the application's credentials. Immutable.
 *
 * @param primary whether it was the cluster's primary when this was made
 * @param url its own JDBC URL, without credentials
 */
public record H2Store(String name, boolean primary, String url, String user, String password) {
    public Connection open() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }

    /** The LSN of the newest transaction that a reader of this store sees. */
    public long lsn() throws SQLException {
        return number(
                primary ? "SELECT LSN FROM WEIR.HEAD WHERE ID = 1" : "SELECT LSN FROM WEIR.CHECKPOINT WHERE ID = 1");
    }

    /** The first column of the first row, asked on a connection of its own. */
    public long number(String sql) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                throw new SQLException("No row from " + sql + " on " + name);
            }
            return row.getLong(1);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
