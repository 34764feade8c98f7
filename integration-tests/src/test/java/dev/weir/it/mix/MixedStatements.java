package dev.weir.it.mix;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Random statements on the tables of {@link MixedTables}, in many forms. Confined to one thread. */
public final class MixedStatements {
    private static final int DUPLICATE_KEY = 23_505;

    private final SplittableRandom random;
    private final int writer;
    private final int writers;
    private final RandomValues values;

    /**
     * Statements of one of several writers. Each has keys of its own, since H2 spins for ever, or corrupts a table, when inserts of the same keys are undone; where keys are generated or missing, they
     * meet at the same rows.
     */
    static MixedStatements apart(SplittableRandom random, int writer, int writers) {
        return new MixedStatements(random, writer, writers, true);
    }

    /** The same for a store that may crash: none writes a value of type ROW. */
    public static MixedStatements throughCrashes(SplittableRandom random, int writer, int writers) {
        return new MixedStatements(random, writer, writers, false);
    }

    private MixedStatements(SplittableRandom random, int writer, int writers, boolean rowsToo) {
        this.random = random;
        this.writer = writer;
        this.writers = writers;
        this.values = new RandomValues(random, rowsToo);
    }

    /** Executes one statement, or a few that belong together; in a transaction a failed one may leave others behind, and the transaction goes on. */
    public void executeOne(Connection connection) throws SQLException {
        switch (random.nextInt(24)) {
            case 0, 1 -> typedInsert(connection);
            case 2, 3, 4 -> typedUpdate(connection);
            case 5 ->
                update(connection, "MERGE INTO TYPED(ID, V1, V11) KEY(ID) VALUES (?, 'merged', ?)", key(), value());
            case 6 -> update(connection, "DELETE FROM TYPED WHERE ID = ?", key());
            case 7 -> batch(connection);
            case 8 -> update(connection, "INSERT INTO DEFAULTED(N) VALUES (?), (?)", value(), value());
            case 9 -> update(connection, "UPDATE DEFAULTED SET N = N + 1 WHERE N < ?", value());
            case 10 -> update(connection, "DELETE FROM DEFAULTED WHERE N = ?", value());
            case 11 -> bag(connection);
            case 12 -> cascade(connection);
            case 13 ->
                update(
                        connection,
                        "UPDATE MOVING SET U = U + " + move() + " WHERE ID BETWEEN ? AND ?" + own(),
                        key(),
                        key());
            case 14 -> update(connection, "UPDATE MOVING SET U = U + ? WHERE ID = ?", move(), key());
            case 15 -> pair(connection);
            case 16 -> update(connection, "INSERT INTO NUMBERED(N) VALUES (?)", value());
            case 17 ->
                update(
                        connection,
                        "INSERT INTO NUMBERED(N) SELECT N FROM DEFAULTED WHERE N = ? FETCH FIRST 3 ROWS ONLY",
                        value());
            case 18, 19 -> audited(connection);
            case 20 -> failing(connection);
            case 21 -> savepoint(connection);
            case 22 ->
                update(
                        connection,
                        "MERGE INTO PAIR D USING (SELECT ID, N FROM PARENT WHERE N < ?" + own() + ") S ON D.A = S.ID"
                                + " WHEN MATCHED THEN UPDATE SET N = S.N WHEN NOT MATCHED THEN INSERT VALUES (S.ID, 'm', S.N)",
                        value());
            default -> literals(connection);
        }
    }

    private int key() {
        return random.nextInt(MixedTables.KEYS / writers) * writers + writer;
    }

    private int newKey() {
        return MixedTables.KEYS + random.nextInt(1_000_000) * writers + writer;
    }

    /** Which rows of a range this writer may change. */
    private String own() {
        return writers == 1 ? "" : " AND MOD(ID, " + writers + ") = " + writer;
    }

    /** By how much unique values move: into each other's way, or past each other. */
    private int move() {
        return writers == 1 ? 1 : 10 * MixedTables.KEYS;
    }

    private int value() {
        return random.nextInt(10);
    }

    private void typedInsert(Connection connection) throws SQLException {
        int[] columns = values.someColumns();
        boolean parameters = random.nextBoolean();
        String sql = "INSERT INTO TYPED(ID, "
                + Arrays.stream(columns).mapToObj(column -> "V" + column).collect(Collectors.joining(", "))
                + ") VALUES (" + newKey() + ", "
                + Arrays.stream(columns)
                        .mapToObj(column -> parameters ? "?" : values.literal(column))
                        .collect(Collectors.joining(", "))
                + ")";
        execute(connection, sql, columns, parameters);
    }

    private void typedUpdate(Connection connection) throws SQLException {
        int[] columns = values.someColumns();
        boolean parameters = random.nextBoolean();
        int key = key();
        String sql = "UPDATE TYPED SET "
                + Arrays.stream(columns)
                        .mapToObj(column -> "V" + column + " = " + (parameters ? "?" : values.literal(column)))
                        .collect(Collectors.joining(", "))
                + (random.nextInt(3) == 0
                        ? " WHERE ID BETWEEN " + key + " AND " + (key + 3) + own()
                        : " WHERE ID = " + key);
        execute(connection, sql, columns, parameters);
    }

    private void execute(Connection connection, String sql, int[] columns, boolean parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; parameters && i < columns.length; i++) {
                values.bind(statement, i + 1, columns[i]);
            }
            statement.executeUpdate();
        }
    }

    /** A batch of which some elements may fail while the others take effect. */
    private void batch(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO PARENT VALUES (?, ?)")) {
            for (int i = 2 + random.nextInt(4); i > 0; i--) {
                insert.setInt(1, random.nextInt(2) == 0 ? key() : newKey());
                insert.setInt(2, value());
                insert.addBatch();
            }
            insert.executeBatch();
        } catch (BatchUpdateException e) {
            passDuplicate(e);
        }
    }

    private void bag(Connection connection) throws SQLException {
        switch (random.nextInt(4)) {
            case 0, 1 -> update(connection, "INSERT INTO BAG VALUES (?, 'bag'), (?, NULL)", value(), value());
            case 2 -> update(connection, "UPDATE BAG SET N = N + 1 WHERE N = ?", value());
            default -> update(connection, "DELETE FROM BAG WHERE N = ?", value());
        }
    }

    private void cascade(Connection connection) throws SQLException {
        switch (random.nextInt(3)) {
            case 0 -> update(connection, "DELETE FROM PARENT WHERE ID = ?", key());
            case 1 -> update(connection, "UPDATE CHILD SET N = N + 1 WHERE PARENT = ?", key());
            default -> update(connection, "INSERT INTO CHILD VALUES (?, ?, 0)", newKey(), key());
        }
    }

    private void pair(Connection connection) throws SQLException {
        switch (random.nextInt(3)) {
            case 0 -> update(connection, "MERGE INTO PAIR KEY(A, B) VALUES (?, 'p', ?)", key(), value());
            case 1 -> update(connection, "UPDATE PAIR SET B = 'q', N = N + ? WHERE A = ? AND B = 'p'", value(), key());
            default -> update(connection, "DELETE FROM PAIR WHERE A = ?", key());
        }
    }

    private void audited(Connection connection) throws SQLException {
        switch (random.nextInt(3)) {
            case 0 -> update(connection, "MERGE INTO AUDITED KEY(ID) VALUES (?, ?)", key(), value());
            case 1 -> update(connection, "UPDATE AUDITED SET N = N + 1 WHERE ID BETWEEN ? AND ?" + own(), key(), key());
            default -> update(connection, "DELETE FROM AUDITED WHERE ID = ?", key());
        }
    }

    /** A statement that fails after it has done a part of its work, which H2 undoes; what is around it stays. */
    private void failing(Connection connection) throws SQLException {
        try {
            update(
                    connection,
                    "INSERT INTO PARENT VALUES (?1, 1), (?2, 2), (?3, 3), (?3, 4)",
                    -2 - key(),
                    -100 - key(),
                    -200 - key());
        } catch (SQLException e) {
            passDuplicate(e);
        }
    }

    private static void passDuplicate(SQLException e) throws SQLException {
        for (@Nullable SQLException cause = e; cause != null; cause = cause.getNextException()) {
            if (cause.getErrorCode() == DUPLICATE_KEY) {
                return;
            }
        }
        throw e;
    }

    private void savepoint(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            return;
        }
        Savepoint savepoint = connection.setSavepoint();
        update(connection, "UPDATE PARENT SET N = N + 1 WHERE ID = ?", key());
        update(connection, "INSERT INTO DEFAULTED(N) VALUES (?)", value());
        if (random.nextBoolean()) {
            connection.rollback(savepoint);
        } else {
            connection.releaseSavepoint(savepoint);
        }
    }

    private void literals(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO DEFAULTED(N) VALUES (" + value() + ")", Statement.RETURN_GENERATED_KEYS);
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (keys.next()) {
                    statement.executeUpdate(
                            "UPDATE DEFAULTED SET N = " + value() + " WHERE ID = " + keys.getLong("ID"));
                }
            }
        }
    }

    private static void update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
