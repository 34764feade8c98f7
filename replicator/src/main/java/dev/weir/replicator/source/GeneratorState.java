package dev.weir.replicator.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a sequence or an identity column has got. Immutable.
 *
 * @param next the value that it gives out next
 * @param cycles whether its values come again, so that no value is further than another
 */
public record GeneratorState(long next, long increment, boolean cycles) {
    private static final String QUERY =
            "SELECT 'sequence ' || SEQUENCE_SCHEMA || '.' || SEQUENCE_NAME, BASE_VALUE, INCREMENT, CYCLE_OPTION"
                    + " FROM INFORMATION_SCHEMA.SEQUENCES WHERE UPPER(SEQUENCE_SCHEMA) <> 'WEIR'"
                    + " UNION ALL SELECT 'identity column ' || C.TABLE_SCHEMA || '.' || C.TABLE_NAME || '.' || C.COLUMN_NAME, C.IDENTITY_BASE,"
                    + " CAST(C.IDENTITY_INCREMENT AS BIGINT), C.IDENTITY_CYCLE FROM INFORMATION_SCHEMA.COLUMNS C"
                    + " JOIN INFORMATION_SCHEMA.TABLES T ON T.TABLE_SCHEMA = C.TABLE_SCHEMA AND T.TABLE_NAME = C.TABLE_NAME"
                    + " WHERE C.IDENTITY_BASE IS NOT NULL AND T.TABLE_TYPE = 'BASE TABLE' AND UPPER(C.TABLE_SCHEMA) <> 'WEIR'";

    /** All of a store, by name. Exact at that moment, whatever the transaction sees. */
    public static Map<String, GeneratorState> all(Connection connection) throws SQLException {
        Map<String, GeneratorState> states = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                states.put(
                        rows.getString(1),
                        new GeneratorState(rows.getLong(2), rows.getLong(3), "YES".equals(rows.getString(4))));
            }
        }
        return states;
    }

    /** Whether whoever goes on from here gives out a value that the other, on a primary, has given out. */
    public boolean isBehind(GeneratorState primary) {
        return !cycles && !primary.cycles && (increment > 0 ? next < primary.next : next > primary.next);
    }

    /** Whether this is further than a replica gets, given the primary's state at the same time or later. */
    public boolean isTooFarAhead(GeneratorState primary) {
        return !cycles && !primary.cycles && (next - primary.next) / increment > Generators.RESERVE;
    }
}
