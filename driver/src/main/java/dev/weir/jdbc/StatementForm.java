package dev.weir.jdbc;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The result sets that a statement was created for. Immutable.
 *
 * @param type a constant of ResultSet, 0 if the application left it open
 * @param concurrency a constant of ResultSet, 0 if the application left it open
 * @param holdability a constant of ResultSet, 0 if the application left it open
 */
record StatementForm(int type, int concurrency, int holdability) {
    static final StatementForm DEFAULT = new StatementForm(0, 0, 0);

    boolean isUpdatable() {
        return concurrency == ResultSet.CONCUR_UPDATABLE;
    }

    Statement create(Connection connection) throws SQLException {
        if (type == 0) {
            return connection.createStatement();
        }
        return holdability == 0
                ? connection.createStatement(type, concurrency)
                : connection.createStatement(type, concurrency, holdability);
    }

    PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        if (type == 0) {
            return connection.prepareStatement(sql);
        }
        return holdability == 0
                ? connection.prepareStatement(sql, type, concurrency)
                : connection.prepareStatement(sql, type, concurrency, holdability);
    }

    CallableStatement prepareCall(Connection connection, String sql) throws SQLException {
        if (type == 0) {
            return connection.prepareCall(sql);
        }
        return holdability == 0
                ? connection.prepareCall(sql, type, concurrency)
                : connection.prepareCall(sql, type, concurrency, holdability);
    }
}
