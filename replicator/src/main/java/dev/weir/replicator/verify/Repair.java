package dev.weir.replicator.verify;

import dev.weir.log.BodyWriter;
import dev.weir.log.LargeValue;
import dev.weir.log.LoggedStatement.Change;
import dev.weir.log.LoggedStatement.Rows;
import dev.weir.log.ReplaySql;
import dev.weir.log.ValueType;
import dev.weir.log.Values;
import dev.weir.log.WeirSchema;
import dev.weir.replicator.source.PatientSession;
import dev.weir.replicator.source.PrimaryAccess;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.verify.VerifyReport.Difference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mends rows of replicas through the log: an entry takes the rows with the given keys away, if they are there, and puts the primary's in their place, all at one LSN. A replica that is sound has the same rows
 * before and after it, and the primary is not changed. Thread-safe: holds nothing but how the primary is reached.
 */
public final class Repair {
    private final PrimaryAccess primary;

    public Repair(PrimaryAccess primary) {
        this.primary = primary;
    }

    /**
     * Mends the rows that a comparison has named. Commits of others wait while the rows are read from the primary.
     *
     * @return how many rows were; 0 if none can be, and nothing was logged
     * @throws SQLException 54000 if there are more rows than one entry should hold
     */
    public int mend(VerifyReport report) throws SQLException {
        Map<String, List<List<@Nullable Object>>> keys = new LinkedHashMap<>();
        int rows = 0;
        for (Difference difference : report.differences()) {
            if (difference.values() != null) {
                keys.computeIfAbsent(difference.table(), table -> new ArrayList<>())
                        .add(difference.values());
                rows++;
            }
        }
        if (rows >= Verification.MOST_ROWS) {
            throw new SQLException(
                    "Replica " + report.replica() + " differs in " + rows + " rows or more; copy it anew with resync",
                    "54000");
        }
        return rows == 0 ? 0 : log(keys);
    }

    private int log(Map<String, List<List<@Nullable Object>>> keys) throws SQLException {
        try (PatientSession session = primary.openPatientSession()) {
            Connection connection = session.connection();
            connection.setAutoCommit(false);
            try {
                // Nobody commits and no schema changes from here on, so that what is read is the state before the
                // entry.
                Sessions.execute(connection, "SELECT ID FROM WEIR.DDL_LOCK WHERE ID = 1 FOR UPDATE");
                Sessions.execute(connection, "SELECT LSN FROM WEIR.HEAD WHERE ID = 1 FOR UPDATE");
                Map<String, TableShape> shapes = TableShape.all(connection);
                BodyWriter body = new BodyWriter();
                int rows = 0;
                for (Map.Entry<String, List<List<@Nullable Object>>> entry : keys.entrySet()) {
                    TableShape table = shapes.get(entry.getKey());
                    if (table != null && table.isMendable()) {
                        append(connection, table, entry.getValue(), body);
                        rows += entry.getValue().size();
                    }
                }
                if (rows > 0) {
                    append(connection, body.toByteArray());
                }
                connection.commit();
                return rows;
            } finally {
                connection.rollback();
            }
        }
    }

    private static void append(Connection connection, byte[] body) throws SQLException {
        if (body.length > WeirSchema.CHUNK_BYTES) {
            throw new SQLException(
                    "The rows that differ take " + body.length + " bytes (limit " + WeirSchema.CHUNK_BYTES
                            + "); copy the replica anew with resync",
                    "54000");
        }
        WeirSchema.append(connection, body);
    }

    private static void append(
            Connection connection, TableShape table, List<List<@Nullable Object>> keys, BodyWriter body)
            throws SQLException {
        body.append(new Rows(
                table.schema(),
                table.table(),
                Change.PURGE,
                table.key(),
                table.key().size(),
                keys.stream().map(List::toArray).toList()));
        List<@Nullable Object[]> images = new ArrayList<>();
        String where = table.key().stream()
                .map(column -> ReplaySql.quote(column) + " = ?")
                .collect(Collectors.joining(" AND "));
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT " + TableShape.list(table.written()) + " FROM " + table.name() + " WHERE " + where)) {
            for (List<@Nullable Object> key : keys) {
                int index = 1;
                for (Object value : key) {
                    index = Values.bind(query, index, value);
                }
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        images.add(image(row, table.written().size()));
                    }
                }
            }
        }
        if (!images.isEmpty()) {
            body.append(new Rows(table.schema(), table.table(), Change.INSERT, table.written(), 0, images));
        }
    }

    private static @Nullable Object[] image(ResultSet row, int columns) throws SQLException {
        @Nullable Object[] image = new @Nullable Object[columns];
        for (int i = 0; i < columns; i++) {
            image[i] = Values.read(row, i + 1, ValueType.of(row.getMetaData().getColumnTypeName(i + 1)));
            if (image[i] instanceof LargeValue) {
                throw new SQLException(
                        "A row that differs holds a value of more than " + LargeValue.LIMIT
                                + " bytes; copy the replica anew with resync",
                        "54000");
            }
        }
        return image;
    }
}
