package dev.weir.it.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.SplittableRandom;

/** The random statements of one writer. Confined to one thread. */
final class Statements {
    /** So few that contending writers often want the same rows. */
    private static final int HOT_KINDS = 3;

    private final int writer;
    private final LoadSettings settings;
    private final SplittableRandom random;
    private long lastInserted = -1;

    Statements(int writer, LoadSettings settings, SplittableRandom random) {
        this.writer = writer;
        this.settings = settings;
        this.random = random;
    }

    void executeOne(Connection connection) throws SQLException {
        switch (random.nextInt(12)) {
            case 0, 1 -> insert(connection);
            case 2 -> insertBatch(connection);
            case 3, 4 -> updatePoint(connection);
            case 5 -> updateRange(connection);
            case 6 -> deletePoint(connection);
            case 7 -> deleteRange(connection);
            case 8 -> insertSelect(connection);
            case 9 -> literalUpdate(connection);
            case 10 -> merge(connection);
            default -> withSavepoint(connection);
        }
    }

    /** A kind whose items this writer may change: one of its own, unless writers contend. */
    private int kind() {
        if (settings.contention()) {
            return random.nextInt(HOT_KINDS);
        }
        int any = random.nextInt(LoadTables.KINDS);
        int share = LoadTables.KINDS / settings.writers();
        return writer * share + any % share;
    }

    /** A first item that this writer may change; it may have been deleted. */
    private long item() {
        if (lastInserted >= 0 && random.nextInt(3) == 0) {
            return lastInserted;
        }
        return kind() + (long) LoadTables.KINDS * random.nextInt(LoadTables.ITEMS_PER_KIND);
    }

    private void insert(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO ITEM(KIND, AMOUNT, LABEL) VALUES (?, ?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setInt(1, kind());
            insert.setInt(2, random.nextInt(1000));
            insert.setString(3, "by " + writer);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("INSERT gave no generated key");
                }
                lastInserted = keys.getLong("ID");
            }
        }
    }

    private void insertBatch(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO ITEM(KIND, AMOUNT) VALUES (?, ?)")) {
            int rows = 2 + random.nextInt(4);
            for (int i = 0; i < rows; i++) {
                insert.setInt(1, kind());
                insert.setInt(2, random.nextInt(1000));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void updatePoint(Connection connection) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE ITEM SET AMOUNT = AMOUNT + ?, LABEL = ? WHERE ID = ?")) {
            update.setInt(1, random.nextInt(10));
            update.setString(2, "touched by " + writer);
            update.setLong(3, item());
            update.executeUpdate();
        }
    }

    private void updateRange(Connection connection) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE ITEM SET AMOUNT = AMOUNT + 1 WHERE KIND = ? AND AMOUNT < ?")) {
            update.setInt(1, kind());
            update.setInt(2, random.nextInt(1000));
            update.executeUpdate();
        }
    }

    private void deletePoint(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM ITEM WHERE ID = ?")) {
            delete.setLong(1, item());
            delete.executeUpdate();
        }
    }

    private void deleteRange(Connection connection) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM ITEM WHERE KIND = ? AND AMOUNT BETWEEN ? AND ?")) {
            int from = random.nextInt(1000);
            delete.setInt(1, kind());
            delete.setInt(2, from);
            delete.setInt(3, from + 60);
            delete.executeUpdate();
        }
    }

    private void insertSelect(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO ARCHIVE(ITEM, AMOUNT, REASON) SELECT ID, AMOUNT, ? FROM ITEM WHERE KIND = ? AND AMOUNT > ?")) {
            insert.setString(1, "kept by " + writer);
            insert.setInt(2, kind());
            insert.setInt(3, 400 + random.nextInt(600));
            insert.executeUpdate();
        }
    }

    private void literalUpdate(Connection connection) throws SQLException {
        try (Statement update = connection.createStatement()) {
            update.executeUpdate("UPDATE ITEM SET LABEL = 'literal " + random.nextInt(1000) + "' WHERE ID = " + item());
        }
    }

    private void merge(Connection connection) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(
                "MERGE INTO AUDIT(WRITER, ENTRY, TEXT) KEY(WRITER, ENTRY) VALUES (?, ?, ?)")) {
            merge.setInt(1, writer);
            merge.setInt(2, -1 - random.nextInt(5));
            merge.setString(3, "merged " + random.nextInt(1000));
            merge.executeUpdate();
        }
    }

    /** Statements behind a savepoint, half of the time undone. */
    private void withSavepoint(Connection connection) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        insert(connection);
        updatePoint(connection);
        if (random.nextBoolean()) {
            connection.rollback(savepoint);
            lastInserted = -1;
        } else {
            connection.releaseSavepoint(savepoint);
        }
    }
}
