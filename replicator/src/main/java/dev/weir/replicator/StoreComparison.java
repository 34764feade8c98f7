package dev.weir.replicator;

import dev.weir.log.ReplaySql;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares two H2 stores table by table: the same tables with the same columns, and in each the same rows as often. Whoever asks sees to it that both stand at the
 * same LSN and that nobody writes meanwhile. Reads every row of both; memory does not grow with them. Pure; thread-safe if the connections are the caller's own.
 */
public final class StoreComparison {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

    private static final Set<Integer> BINARY =
            Set.of(Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB, Types.JAVA_OBJECT);

    private StoreComparison() {}

    /**
     * One table in both stores. Immutable.
     *
     * @param table schema and name, quoted
     * @param leftRows how many rows the first store holds, -1 if it has no such table
     * @param rightRows the same for the second store
     * @param difference what differs; empty if nothing does
     */
    public record TableResult(String table, long leftRows, long rightRows, String difference) {
        public boolean isEqual() {
            return difference.isEmpty();
        }
    }

    private record Content(String columns, long rows, BigInteger sum) {}

    /** All tables of either store but those of schema WEIR, by name. */
    public static List<TableResult> compare(Connection left, Connection right) throws SQLException {
        Map<String, List<String>> leftTables = tables(left);
        Map<String, List<String>> rightTables = tables(right);
        TreeSet<String> names = new TreeSet<>(leftTables.keySet());
        names.addAll(rightTables.keySet());
        List<TableResult> results = new ArrayList<>();
        for (String name : names) {
            results.add(compare(
                    name, content(left, name, leftTables.get(name)), content(right, name, rightTables.get(name))));
        }
        return results;
    }

    private static TableResult compare(String name, @Nullable Content left, @Nullable Content right) {
        if (left == null || right == null) {
            return new TableResult(
                    name,
                    left == null ? -1 : left.rows,
                    right == null ? -1 : right.rows,
                    left == null ? "only the second has it" : "only the first has it");
        }
        String difference = "";
        if (!left.columns.equals(right.columns)) {
            difference = "columns " + left.columns + " and " + right.columns;
        } else if (left.rows != right.rows) {
            difference = left.rows + " rows and " + right.rows + " rows";
        } else if (!left.sum.equals(right.sum)) {
            difference = "as many rows, but not the same";
        }
        return new TableResult(name, left.rows, right.rows, difference);
    }

    private static Map<String, List<String>> tables(Connection connection) throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery(
                        "SELECT C.TABLE_SCHEMA, C.TABLE_NAME, C.COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS C"
                                + " JOIN INFORMATION_SCHEMA.TABLES T"
                                + " ON T.TABLE_SCHEMA = C.TABLE_SCHEMA AND T.TABLE_NAME = C.TABLE_NAME"
                                + " WHERE T.TABLE_TYPE = 'BASE TABLE'"
                                + " AND UPPER(T.TABLE_SCHEMA) NOT IN ('INFORMATION_SCHEMA', 'WEIR')"
                                + " ORDER BY C.TABLE_SCHEMA, C.TABLE_NAME, C.ORDINAL_POSITION")) {
            while (columns.next()) {
                String table = ReplaySql.quote(columns.getString(1)) + "." + ReplaySql.quote(columns.getString(2));
                tables.computeIfAbsent(table, name -> new ArrayList<>()).add(ReplaySql.quote(columns.getString(3)));
            }
        }
        return tables;
    }

    private static @Nullable Content content(Connection connection, String table, @Nullable List<String> columns)
            throws SQLException {
        if (columns == null) {
            return null;
        }
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(1000);
            try (ResultSet rows = statement.executeQuery("SELECT " + String.join(", ", columns) + " FROM " + table)) {
                ResultSetMetaData shape = rows.getMetaData();
                List<String> types = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    types.add(columns.get(i - 1) + " " + shape.getColumnTypeName(i));
                }
                BigInteger sum = BigInteger.ZERO;
                long count = 0;
                while (rows.next()) {
                    sum = sum.add(hash(rows, shape)).mod(MODULUS);
                    count++;
                }
                return new Content(types.toString(), count, sum);
            }
        }
    }

    private static BigInteger hash(ResultSet row, ResultSetMetaData shape) throws SQLException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int i = 1; i <= shape.getColumnCount(); i++) {
            byte[] value = value(row, i, shape.getColumnType(i));
            if (value == null) {
                text.write('-');
            } else {
                text.writeBytes(Integer.toString(value.length).getBytes(StandardCharsets.US_ASCII));
                text.write(':');
                text.writeBytes(value);
            }
        }
        try {
            return new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(text.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private static byte @Nullable [] value(ResultSet row, int column, int type) throws SQLException {
        if (BINARY.contains(type)) {
            return row.getBytes(column);
        }
        String text = row.getString(column);
        if (text == null) {
            return null;
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
