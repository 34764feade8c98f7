package dev.weir.replicator.replica;

import dev.weir.log.BodyWriter;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.ReplaySql;
import dev.weir.log.ValueType;
import dev.weir.log.Values;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deletes one of the rows of a table without a primary key that are identical to a logged one. H2 takes rows for equal that are not, such as texts that differ in case or
 * times in their zone, so the rows that it finds are compared exactly. Confined to one thread.
 */
final class BagRow {
    private final StatementCache statements;

    BagRow(StatementCache statements) {
        this.statements = statements;
    }

    /** Deletes one such row; returns how many were deleted, 0 or 1. */
    long delete(Rows rows, @Nullable Object[] row) throws SQLException {
        ByteBuffer wanted = encoded(rows, row);
        PreparedStatement query = statements.prepare(null, ReplaySql.equalRows(rows, row));
        ReplaySql.bind(query, rows, row, 0);
        long key;
        try (ResultSet found = query.executeQuery()) {
            do {
                if (!found.next()) {
                    return 0;
                }
                key = found.getLong(1);
            } while (!encoded(rows, image(found, row.length)).equals(wanted));
        }
        PreparedStatement delete = statements.prepare(null, ReplaySql.deleteOne(rows));
        delete.setLong(1, key);
        return delete.executeLargeUpdate();
    }

    private static @Nullable Object[] image(ResultSet found, int columns) throws SQLException {
        @Nullable Object[] image = new @Nullable Object[columns];
        for (int i = 0; i < columns; i++) {
            image[i] =
                    Values.read(found, i + 2, ValueType.of(found.getMetaData().getColumnTypeName(i + 2)));
        }
        return image;
    }

    private static ByteBuffer encoded(Rows rows, @Nullable Object[] row) {
        BodyWriter writer = new BodyWriter();
        writer.append(new Rows(
                rows.schema(), rows.table(), Change.INSERT, rows.columns(), 0, List.<@Nullable Object[]>of(row)));
        try {
            return writer.identity();
        } finally {
            writer.clear();
        }
    }
}
