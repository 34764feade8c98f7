package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** Which generated keys an application asks for: one of JDBC's four ways. Immutable, provided its arrays are left alone. */
sealed interface GeneratedKeys {
    PreparedStatement prepare(Connection connection, String sql) throws SQLException;

    int update(Statement statement, String sql) throws SQLException;

    long largeUpdate(Statement statement, String sql) throws SQLException;

    boolean execute(Statement statement, String sql) throws SQLException;

    /** Not asked for, and the form of the method that says nothing about keys. */
    enum Unasked implements GeneratedKeys {
        UNASKED;

        @Override
        public PreparedStatement prepare(Connection connection, String sql) throws SQLException {
            return connection.prepareStatement(sql);
        }

        @Override
        public int update(Statement statement, String sql) throws SQLException {
            return statement.executeUpdate(sql);
        }

        @Override
        public long largeUpdate(Statement statement, String sql) throws SQLException {
            return statement.executeLargeUpdate(sql);
        }

        @Override
        public boolean execute(Statement statement, String sql) throws SQLException {
            return statement.execute(sql);
        }
    }

    /** Asked for, or explicitly not, by a constant of Statement. */
    record ByFlag(int flag) implements GeneratedKeys {
        @Override
        public PreparedStatement prepare(Connection connection, String sql) throws SQLException {
            return connection.prepareStatement(sql, flag);
        }

        @Override
        public int update(Statement statement, String sql) throws SQLException {
            return statement.executeUpdate(sql, flag);
        }

        @Override
        public long largeUpdate(Statement statement, String sql) throws SQLException {
            return statement.executeLargeUpdate(sql, flag);
        }

        @Override
        public boolean execute(Statement statement, String sql) throws SQLException {
            return statement.execute(sql, flag);
        }
    }

    /** Asked for by column numbers. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; carries JDBC's own argument
    record ByIndex(int[] columns) implements GeneratedKeys {
        @Override
        public PreparedStatement prepare(Connection connection, String sql) throws SQLException {
            return connection.prepareStatement(sql, columns);
        }

        @Override
        public int update(Statement statement, String sql) throws SQLException {
            return statement.executeUpdate(sql, columns);
        }

        @Override
        public long largeUpdate(Statement statement, String sql) throws SQLException {
            return statement.executeLargeUpdate(sql, columns);
        }

        @Override
        public boolean execute(Statement statement, String sql) throws SQLException {
            return statement.execute(sql, columns);
        }
    }

    /** Asked for by column names. */
    @SuppressWarnings("ArrayRecordComponent") // never compared; carries JDBC's own argument
    record ByName(String[] columns) implements GeneratedKeys {
        @Override
        public PreparedStatement prepare(Connection connection, String sql) throws SQLException {
            return connection.prepareStatement(sql, columns);
        }

        @Override
        public int update(Statement statement, String sql) throws SQLException {
            return statement.executeUpdate(sql, columns);
        }

        @Override
        public long largeUpdate(Statement statement, String sql) throws SQLException {
            return statement.executeLargeUpdate(sql, columns);
        }

        @Override
        public boolean execute(Statement statement, String sql) throws SQLException {
            return statement.execute(sql, columns);
        }
    }
}
