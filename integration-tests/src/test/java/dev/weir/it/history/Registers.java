package dev.weir.it.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The table of registers and the statements on it. Immutable. */
final class Registers {
    static final int COUNT = 6;

    private final String increment;

    private Registers(String increment) {
        this.increment = increment;
    }

    static final Registers H2 =
            new Registers("SELECT V FROM FINAL TABLE (UPDATE REGISTER SET V = V + 1, ID = ? WHERE K = ?)");
    static final Registers POSTGRESQL = new Registers("UPDATE REGISTER SET V = V + 1, ID = ? WHERE K = ? RETURNING V");

    /** Creates every register with version 0, held by nobody; also where that was begun before. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS REGISTER");
            statement.execute("CREATE TABLE REGISTER(K INT PRIMARY KEY, V BIGINT NOT NULL, ID BIGINT NOT NULL)");
            for (int i = 0; i < COUNT; i++) {
                statement.executeUpdate("INSERT INTO REGISTER(K, V, ID) VALUES (" + i + ", 0, 0)");
            }
        }
    }

    /** Writes in one statement, and tells the version. */
    long increment(Connection connection, int register, long id) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(increment)) {
            update.setLong(1, id);
            update.setInt(2, register);
            try (ResultSet row = update.executeQuery()) {
                return number(row);
            }
        }
    }

    /** Reads under a row lock and writes, in the transaction that is open; tells the version. */
    static long lockAndSet(Connection connection, int register, long id) throws SQLException {
        long version;
        try (PreparedStatement query = connection.prepareStatement("SELECT V FROM REGISTER WHERE K = ? FOR UPDATE")) {
            query.setInt(1, register);
            try (ResultSet row = query.executeQuery()) {
                version = number(row) + 1;
            }
        }
        try (PreparedStatement update = connection.prepareStatement("UPDATE REGISTER SET V = ?, ID = ? WHERE K = ?")) {
            update.setLong(1, version);
            update.setLong(2, id);
            update.setInt(3, register);
            if (update.executeUpdate() != 1) {
                throw new IllegalStateException("Register " + register + " is gone");
            }
        }
        return version;
    }

    private static long number(ResultSet row) throws SQLException {
        if (!row.next()) {
            throw new IllegalStateException("The register is gone");
        }
        return row.getLong(1);
    }

    /**
     * Reads one register, or all of them in one statement.
     *
     * @param hint a leading comment, or nothing
     * @param register -1 for all
     */
    static Snapshot read(Connection connection, String hint, int register) throws SQLException {
        Snapshot seen = new Snapshot();
        String where = register < 0 ? "" : " WHERE K = ?";
        try (PreparedStatement query = connection.prepareStatement(hint + "SELECT K, V, ID FROM REGISTER" + where)) {
            if (register >= 0) {
                query.setInt(1, register);
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    seen.with(rows.getInt(1), rows.getLong(2), rows.getLong(3));
                }
            }
        }
        return seen;
    }
}
