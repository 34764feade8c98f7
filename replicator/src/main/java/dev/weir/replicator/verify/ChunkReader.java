package dev.weir.replicator.verify;

import dev.weir.log.ReplaySql;
import dev.weir.log.ValueType;
import dev.weir.log.Values;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads checksums of rows from one store. Confined to one thread. */
final class ChunkReader {
    private static final int BUFFER = 8 * 1024;

    private final Connection connection;
    private final MessageDigest digest;

    ChunkReader(Connection connection) {
        this.connection = connection;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /**
     * One row. Immutable by convention.
     *
     * @param key its primary key's values; empty if there is none
     * @param sum over all its values
     */
    record Row(List<@Nullable Object> key, String sum) {}

    /** Takes rows as they are read. */
    @FunctionalInterface
    interface Sink {
        void row(String sum);
    }

    /** The key of the last row of a chunk that begins behind another; null if fewer rows are left. */
    @Nullable List<@Nullable Object> end(TableShape table, @Nullable List<@Nullable Object> after, int rows) throws SQLException {
        String keys = TableShape.list(table.key());
        KeyRange rest = new KeyRange(table.key(), after, null);
        try (PreparedStatement query = connection.prepareStatement("SELECT " + keys + " FROM " + table.name()
                + rest.condition() + " ORDER BY " + keys + " OFFSET " + (rows - 1) + " ROWS FETCH FIRST 1 ROW ONLY")) {
            rest.bind(query);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? key(row, table.key().size()) : null;
            }
        }
    }

    /** The rows of a range in the order of their keys. */
    List<Row> rows(TableShape table, KeyRange range) throws SQLException {
        List<Row> rows = new ArrayList<>();
        int keys = table.key().size();
        List<String> columns = new ArrayList<>(table.key());
        columns.addAll(table.columns());
        try (PreparedStatement query = connection.prepareStatement("SELECT " + TableShape.list(columns) + " FROM "
                + table.name() + range.condition() + " ORDER BY " + TableShape.list(table.key()))) {
            query.setFetchSize(1_000);
            range.bind(query);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    rows.add(new Row(key(found, keys), sum(found, keys + 1)));
                }
            }
        }
        return rows;
    }

    /** All rows of a table without a primary key, in any order. */
    void rows(TableShape table, Sink sink) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT "
                + table.columns().stream().map(ReplaySql::quote).collect(Collectors.joining(", ")) + " FROM "
                + table.name())) {
            query.setFetchSize(1_000);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    sink.row(sum(found, 1));
                }
            }
        }
    }

    private static List<@Nullable Object> key(ResultSet row, int columns) throws SQLException {
        ResultSetMetaData shape = row.getMetaData();
        List<@Nullable Object> key = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
            key.add(Values.read(row, i, ValueType.of(shape.getColumnTypeName(i))));
        }
        return key;
    }

    private String sum(ResultSet row, int from) throws SQLException {
        ResultSetMetaData shape = row.getMetaData();
        int columns = shape.getColumnCount();
        for (int i = from; i <= columns; i++) {
            update(row, i, shape.getColumnType(i));
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private void update(ResultSet row, int column, int type) throws SQLException {
        try {
            switch (type) {
                case Types.BLOB -> {
                    try (InputStream stream = row.getBinaryStream(column)) {
                        updateAll(stream);
                    }
                }
                case Types.CLOB -> {
                    try (Reader reader = row.getCharacterStream(column)) {
                        updateAll(reader);
                    }
                }
                case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.JAVA_OBJECT ->
                    update(row.getBytes(column));
                default -> {
                    String text = row.getString(column);
                    update(text == null ? null : text.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new SQLException("A large value cannot be read: " + e.getMessage(), "58030", e);
        }
    }

    private void update(byte @Nullable [] bytes) {
        updateInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            digest.update(bytes);
        }
    }

    private void updateInt(int number) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (number >> shift));
        }
    }

    private void updateAll(@Nullable InputStream stream) throws IOException {
        if (stream == null) {
            updateInt(-1);
            return;
        }
        byte[] buffer = new byte[BUFFER];
        int total = 0;
        for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
            digest.update(buffer, 0, read);
            total += read;
        }
        updateInt(total);
    }

    private void updateAll(@Nullable Reader reader) throws IOException {
        if (reader == null) {
            updateInt(-1);
            return;
        }
        char[] buffer = new char[BUFFER];
        int total = 0;
        for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
            for (int i = 0; i < read; i++) {
                digest.update((byte) (buffer[i] >> 8));
                digest.update((byte) buffer[i]);
            }
            total += read;
        }
        updateInt(total);
    }
}
