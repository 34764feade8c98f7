package dev.weir.it.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** A unit of writing that the cost of the log is measured with, over a table of {@link #ROWS} rows. */
enum LogWork {
    SINGLE("autocommitted update", 1) {
        @Override
        void run(Connection connection, int units, int first) throws SQLException {
            connection.setAutoCommit(true);
            try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
                for (int i = 0; i < units; i++) {
                    bind(update, first + i);
                    update.executeUpdate();
                }
            }
        }
    },
    FIVE("transaction of 5 updates", 5) {
        @Override
        void run(Connection connection, int units, int first) throws SQLException {
            transactions(connection, units, first, 5);
        }
    },
    TEN("transaction of 10 updates", 10) {
        @Override
        void run(Connection connection, int units, int first) throws SQLException {
            transactions(connection, units, first, 10);
        }
    },
    BATCH("batch of 100 updates", 100) {
        @Override
        void run(Connection connection, int units, int first) throws SQLException {
            connection.setAutoCommit(false);
            try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
                for (int i = 0; i < units; i++) {
                    for (int j = 0; j < 100; j++) {
                        bind(update, first + i * 100 + j);
                        update.addBatch();
                    }
                    update.executeBatch();
                    connection.commit();
                }
            }
        }
    },
    LARGE("update of 100,000 rows", 100_000) {
        @Override
        void run(Connection connection, int units, int first) throws SQLException {
            connection.setAutoCommit(true);
            try (Statement update = connection.createStatement()) {
                for (int i = 0; i < units; i++) {
                    update.executeUpdate("UPDATE T SET V = V + 1");
                }
            }
        }
    };

    static final int ROWS = 100_000;
    private static final String UPDATE = "UPDATE T SET V = ? WHERE ID = ?";

    private final String label;
    private final int changes;

    LogWork(String label, int changes) {
        this.label = label;
        this.changes = changes;
    }

    String label() {
        return label;
    }

    /** How many row changes one unit makes. */
    int changes() {
        return changes;
    }

    /** How many statements one unit executes. */
    int statements() {
        return this == LARGE ? 1 : changes;
    }

    /**
     * Executes so many units.
     *
     * @param first decides which rows; writers with starts far apart rarely meet
     */
    abstract void run(Connection connection, int units, int first) throws SQLException;

    private static void bind(PreparedStatement update, int i) throws SQLException {
        update.setInt(1, i);
        update.setInt(2, 1 + (i * 7919 & Integer.MAX_VALUE) % ROWS);
    }

    private static void transactions(Connection connection, int units, int first, int size) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
            for (int i = 0; i < units; i++) {
                for (int j = 0; j < size; j++) {
                    bind(update, first + i * size + j);
                    update.executeUpdate();
                }
                connection.commit();
            }
        }
    }

    /** Makes the table, unless it is there. */
    static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS T(ID INT PRIMARY KEY, V INT, NAME VARCHAR(100))");
            statement.execute("INSERT INTO T SELECT X, 0, 'name ' || X FROM SYSTEM_RANGE(1, " + ROWS
                    + ") WHERE NOT EXISTS (SELECT 1 FROM T)");
        }
    }
}
