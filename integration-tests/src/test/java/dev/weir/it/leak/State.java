package dev.weir.it.leak;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A state in which an application leaves a connection. Table ITEM holds two rows, and whatever is written must not stay. */
enum State {
    UNUSED {
        @Override
        void reach(Connection connection, Dialect dialect) {}
    },
    OPEN_RESULT {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            read(connection, "SELECT ID FROM ITEM");
        }
    },
    OPEN_RESULTS_ON_TWO_NODES {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            read(connection, "SELECT ID FROM ITEM");
            read(connection, "SELECT ID FROM ITEM FOR UPDATE");
        }
    },
    OPEN_READ_ONLY_TRANSACTION {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            read(connection, "SELECT ID FROM ITEM");
        }
    },
    OPEN_TRANSACTION {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setAutoCommit(false);
            write(connection);
        }
    },
    OPEN_SAVEPOINT {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setAutoCommit(false);
            connection.setSavepoint();
            write(connection);
        }
    },
    BEGUN_BY_SQL {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            execute(connection, "BEGIN");
            write(connection);
        }
    },
    BEGUN_BY_A_TEXT_OF_TWO {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            execute(connection, "BEGIN; " + WRITE);
        }
    },
    PINNED {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            for (String sql : dialect.pinning()) {
                execute(connection, sql);
            }
        }
    },
    UNWRAPPED {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setAutoCommit(false);
            connection.unwrap(dialect.target());
            write(connection);
        }
    },
    FAILED {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setAutoCommit(false);
            write(connection);
            fail(connection);
        }
    },
    FAILED_ON_A_REPLICA {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            read(connection, "SELECT ID FROM ITEM");
            fail(connection);
        }
    },
    COLLECTING_A_BATCH {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            PreparedStatement statement = connection.prepareStatement("UPDATE ITEM SET NAME = ? WHERE ID = 1");
            statement.setString(1, "leaked");
            statement.addBatch();
        }
    },
    ABORTED {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            OPEN_TRANSACTION.reach(connection, dialect);
            connection.abort(Runnable::run);
        }
    },
    ABORTED_ON_TWO_NODES {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            OPEN_RESULTS_ON_TWO_NODES.reach(connection, dialect);
            connection.abort(Runnable::run);
        }
    },
    INTERRUPTED {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            OPEN_TRANSACTION.reach(connection, dialect);
            Thread.currentThread().interrupt();
        }
    },
    INTERRUPTED_BEFORE_IT_BEGAN {
        @Override
        void reach(Connection connection, Dialect dialect) throws SQLException {
            connection.setAutoCommit(false);
            Thread.currentThread().interrupt();
            try {
                write(connection);
            } catch (SQLException interrupted) {
                if (!Thread.currentThread().isInterrupted()) {
                    throw interrupted;
                }
            }
        }
    };

    private static final String WRITE = "UPDATE ITEM SET NAME = 'leaked'";

    /** Brings a new connection into the state. */
    abstract void reach(Connection connection, Dialect dialect) throws SQLException;

    /** What the states need to know of a database. */
    interface Dialect {
        /** What holds a session on its primary. */
        Iterable<String> pinning();

        /** The class of the target's own connections. */
        Class<?> target();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void write(Connection connection) throws SQLException {
        execute(connection, WRITE);
    }

    private static void fail(Connection connection) {
        assertThatThrownBy(() -> read(connection, "SELECT 1 / (ID - ID) FROM ITEM"))
                .isInstanceOf(SQLException.class);
    }

    /** Leaves statement and result open. */
    private static void read(Connection connection, String sql) throws SQLException {
        Statement statement = connection.createStatement();
        statement.setFetchSize(1);
        ResultSet rows = statement.executeQuery(sql);
        rows.next();
    }
}
