package dev.weir.capture;

import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.ValueType;
import dev.weir.log.Values;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of a result as the log takes them. Thread-safe: holds nothing. */
final class RowImages {
    private static final int ROWS_AT_ONCE = 1000;
    private static final long BYTES_AT_ONCE = 256 * 1024;

    private RowImages() {}

    /** All rows that follow the cursor. */
    static List<@Nullable Object[]> read(ResultSet rows) throws SQLException {
        return read(rows, allColumns(rows));
    }

    static int[] allColumns(ResultSet rows) throws SQLException {
        int[] positions = new int[rows.getMetaData().getColumnCount()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i + 1;
        }
        return positions;
    }

    /** Takes some rows of many. */
    @FunctionalInterface
    interface Receiver {
        void take(List<@Nullable Object[]> images) throws SQLException;
    }

    /**
     * Hands over all rows that follow the cursor, so many at a time as fit into memory; never none.
     *
     * @param positions the columns wanted, from 1
     * @return how many rows there were
     */
    static long read(ResultSet rows, int[] positions, Receiver receiver) throws SQLException {
        ValueType[] types = types(rows, positions);
        List<@Nullable Object[]> images = new ArrayList<>();
        long count = 0;
        long bytes = 0;
        while (rows.next()) {
            @Nullable Object[] image = image(rows, positions, types);
            images.add(image);
            bytes += Values.estimate(image);
            count++;
            if (images.size() == ROWS_AT_ONCE || bytes > BYTES_AT_ONCE) {
                receiver.take(images);
                images = new ArrayList<>();
                bytes = 0;
            }
        }
        if (!images.isEmpty()) {
            receiver.take(images);
        }
        return count;
    }

    /**
     * All rows that follow the cursor.
     *
     * @param positions the columns wanted, from 1
     */
    static List<@Nullable Object[]> read(ResultSet rows, int[] positions) throws SQLException {
        ValueType[] types = types(rows, positions);
        List<@Nullable Object[]> images = new ArrayList<>();
        while (rows.next()) {
            images.add(image(rows, positions, types));
        }
        return images;
    }

    private static ValueType[] types(ResultSet rows, int[] positions) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        ValueType[] types = new ValueType[positions.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = ValueType.of(meta.getColumnTypeName(positions[i]));
        }
        return types;
    }

    private static @Nullable Object[] image(ResultSet rows, int[] positions, ValueType[] types) throws SQLException {
        @Nullable Object[] image = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            image[i] = Values.read(rows, positions[i], types[i]);
        }
        return image;
    }

    /** New rows with all writable columns. */
    static Rows inserted(TableDefinition table, List<@Nullable Object[]> rows) {
        return new Rows(table.name().schema(), table.name().name(), Change.INSERT, table.writableColumns(), 0, rows);
    }

    /** Rows that have gone: their keys, or the whole rows of a table without one. */
    static Rows deleted(TableDefinition table, List<@Nullable Object[]> keys) {
        return table.hasKey()
                ? new Rows(
                        table.name().schema(),
                        table.name().name(),
                        Change.DELETE,
                        table.key(),
                        table.key().size(),
                        keys)
                : new Rows(
                        table.name().schema(),
                        table.name().name(),
                        Change.DELETE_BAG,
                        table.writableColumns(),
                        0,
                        keys);
    }

    /** Rows by key with the columns listed, the key's first. */
    static Rows changed(TableDefinition table, Change change, List<String> columns, List<@Nullable Object[]> rows) {
        return new Rows(
                table.name().schema(),
                table.name().name(),
                change,
                columns,
                table.key().size(),
                rows);
    }

    /** The leading fields of each row. */
    static List<@Nullable Object[]> leading(List<@Nullable Object[]> rows, int count) {
        List<@Nullable Object[]> leading = new ArrayList<>(rows.size());
        for (@Nullable Object[] row : rows) {
            leading.add(java.util.Arrays.copyOf(row, count));
        }
        return leading;
    }
}
