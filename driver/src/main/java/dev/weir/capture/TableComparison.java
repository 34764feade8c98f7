package dev.weir.capture;

import dev.weir.log.BodyWriter;
import dev.weir.log.LoggedStatement;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes in one table between two moments of a transaction that has locked it against all other writers. Confined to one connection.
 */
final class TableComparison {
    /** Beyond this, reading the table twice costs more than an application expects of a statement. */
    private static final long MAX_ROWS = 100_000;

    private final Connection physical;
    private final TableDefinition table;
    private final Map<ByteBuffer, Row> before = new LinkedHashMap<>();

    /** A row and how often it occurs. */
    private static final class Row {
        private final @Nullable Object[] image;
        private int count;

        private Row(@Nullable Object[] image) {
            this.image = image;
        }
    }

    private TableComparison(Connection physical, TableDefinition table) {
        this.physical = physical;
        this.table = table;
    }

    /**
     * Locks the tables and reads them.
     *
     * @throws SQLException 0A000 if a table is too large or the user may not lock it; HYT00 if another transaction holds it
     */
    static List<TableComparison> start(Connection physical, List<TableDefinition> tables) throws SQLException {
        for (TableDefinition table : tables) {
            lock(physical, table);
        }
        List<TableComparison> comparisons = new ArrayList<>();
        for (TableDefinition table : tables) {
            TableComparison comparison = new TableComparison(physical, table);
            comparison.checkSize();
            comparison.readInto(comparison.before, 1);
            comparisons.add(comparison);
        }
        return comparisons;
    }

    /** An exclusive lock until the transaction ends; the statement changes nothing, since the setting is the default. */
    private static void lock(Connection physical, TableDefinition table) throws SQLException {
        try (Statement statement = physical.createStatement()) {
            statement.execute("ALTER TABLE " + table.name().sql() + " SET REFERENTIAL_INTEGRITY TRUE");
        } catch (SQLException e) {
            if ("90096".equals(e.getSQLState()) || "42501".equals(e.getSQLState())) {
                throw Refusals.notReplicable("what it changes in table " + table.name()
                        + " can only be found by locking the table, which needs its owner's rights; write rows one by one"
                        + " by their primary key, or run it as the schema's owner");
            }
            throw e;
        }
    }

    private void checkSize() throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet count = statement.executeQuery(
                        "SELECT COUNT(*) FROM " + table.name().sql())) {
            count.next();
            if (count.getLong(1) > MAX_ROWS) {
                throw Refusals.notReplicable("what it changes can only be found by comparing table " + table.name()
                        + " before and after, which has " + count.getLong(1) + " rows (limit " + MAX_ROWS
                        + "); write rows by their primary key, without cascades");
            }
        }
    }

    private void readInto(Map<ByteBuffer, Row> rows, int step) throws SQLException {
        try (Statement statement = physical.createStatement();
                ResultSet all = statement.executeQuery("SELECT " + WriteExecutor.quoted(table.writableColumns())
                        + " FROM " + table.name().sql())) {
            for (@Nullable Object[] image : RowImages.read(all)) {
                Row row = rows.computeIfAbsent(identity(image), absent -> new Row(image));
                row.count += step;
            }
        }
    }

    /** The whole row, encoded. */
    private ByteBuffer identity(@Nullable Object[] image) {
        BodyWriter writer = new BodyWriter();
        writer.append(RowImages.inserted(table, List.<@Nullable Object[]>of(image)));
        try {
            return writer.identity();
        } finally {
            writer.clear();
        }
    }

    /** What has changed since the start: the rows that went, then the rows that came. */
    List<LoggedStatement> changes() throws SQLException {
        readInto(before, -1);
        List<@Nullable Object[]> gone = new ArrayList<>();
        List<@Nullable Object[]> come = new ArrayList<>();
        for (Row row : before.values()) {
            for (int i = 0; i < row.count; i++) {
                gone.add(row.image);
            }
            for (int i = row.count; i < 0; i++) {
                come.add(row.image);
            }
        }
        List<LoggedStatement> changes = new ArrayList<>();
        if (!gone.isEmpty()) {
            changes.add(RowImages.deleted(
                    table, table.hasKey() ? RowImages.leading(gone, table.key().size()) : gone));
        }
        if (!come.isEmpty()) {
            changes.add(RowImages.inserted(table, come));
        }
        return changes;
    }
}
