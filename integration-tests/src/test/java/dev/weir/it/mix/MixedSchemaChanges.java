package dev.weir.it.mix;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.SplittableRandom;
import org.h2.api.ErrorCode;

/** Random schema changes that keep the statements of {@link MixedStatements} valid, of several kinds. Confined to one thread. */
public final class MixedSchemaChanges {
    /** Its creation failed: no such table, column, index, view, sequence. */
    private static final Set<Integer> NOT_FOUND = Set.of(
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_WITH_CANDIDATES_2,
            ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1,
            ErrorCode.COLUMN_NOT_FOUND_1,
            ErrorCode.INDEX_NOT_FOUND_1,
            ErrorCode.VIEW_NOT_FOUND_1,
            ErrorCode.SEQUENCE_NOT_FOUND_1);

    private final SplittableRandom random;
    private final String names;
    private final Deque<String> undoing = new ArrayDeque<>();
    private int made;

    /** @param names what the names of new objects begin with; no other thread's may begin so */
    public MixedSchemaChanges(SplittableRandom random, String names) {
        this.random = random;
        this.names = names;
    }

    public void executeOne(Connection connection) throws SQLException {
        String sql = undoing.isEmpty() || random.nextInt(3) != 0 ? next() : undoing.pop();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            if (sql.contains(" DROP ") || sql.startsWith("DROP ")) {
                undoing.addLast(sql); // for removeAll, if it did not happen
            }
            throw e;
        }
    }

    /** Removes what is left of the objects that were made; after a failure it may be called again. */
    void removeAll(Connection connection) throws SQLException {
        while (!undoing.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(undoing.element());
            } catch (SQLException e) {
                if (!NOT_FOUND.contains(e.getErrorCode())) {
                    throw e;
                }
            }
            undoing.remove();
        }
    }

    private String next() {
        String name = names + "_" + made++;
        return switch (random.nextInt(10)) {
            case 0 ->
                withUndo(
                        "ALTER TABLE PARENT ADD COLUMN " + name + " INTEGER DEFAULT 7",
                        "ALTER TABLE PARENT DROP COLUMN " + name);
            case 1 -> withUndo("CREATE INDEX " + name + " ON TYPED(V1)", "DROP INDEX " + name);
            case 2 -> withUndo("CREATE TABLE " + name + " AS SELECT ID, N, U FROM DEFAULTED", "DROP TABLE " + name);
            case 3 -> withUndo("CREATE VIEW " + name + " AS SELECT ID FROM TYPED", "DROP VIEW " + name);
            case 4 -> "TRUNCATE TABLE BAG";
            case 5 ->
                withUndo(
                        "ALTER TABLE DEFAULTED ADD COLUMN " + name + " VARCHAR(10)",
                        "ALTER TABLE DEFAULTED DROP COLUMN " + name);
            case 6 -> "ALTER TABLE CHILD ALTER COLUMN N SET DEFAULT " + random.nextInt(9);
            case 7 -> "COMMENT ON TABLE MOVING IS '" + name + "'";
            case 8 -> "ALTER TABLE PAIR ALTER COLUMN N SET DATA TYPE " + (random.nextBoolean() ? "BIGINT" : "INTEGER");
            default -> withUndo("CREATE SEQUENCE " + name, "DROP SEQUENCE " + name);
        };
    }

    private String withUndo(String sql, String undo) {
        undoing.push(undo);
        return sql;
    }
}
