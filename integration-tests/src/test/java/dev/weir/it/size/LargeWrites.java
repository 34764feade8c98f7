package dev.weir.it.size;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** One transaction of many rows written in batches, statements that change all of them at once, and a long BLOB and CLOB. Immutable. */
record LargeWrites(int rows, long lobBytes) {
    private static final int BATCH = 1_000;

    void create(Connection connection) throws SQLException {
        execute(connection, "CREATE TABLE WIDE(ID BIGINT PRIMARY KEY, NAME VARCHAR(100), V BIGINT)");
        execute(connection, "CREATE TABLE LOBS(ID INTEGER PRIMARY KEY, B BLOB, C CLOB)");
    }

    /** All rows in one transaction. */
    void insert(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO WIDE VALUES (?, ?, ?)")) {
            for (int row = 0; row < rows; ) {
                for (int i = 0; i < BATCH && row < rows; i++, row++) {
                    insert.setLong(1, row);
                    insert.setString(2, "name " + row);
                    insert.setLong(3, row * 31L);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    /** All rows by one statement. */
    void update(Connection connection) throws SQLException {
        assertThat(execute(connection, "UPDATE WIDE SET V = V + 1")).isEqualTo(rows);
    }

    /** All rows but a few by one statement. */
    void delete(Connection connection) throws SQLException {
        assertThat(execute(connection, "DELETE FROM WIDE WHERE ID >= 10")).isEqualTo(rows - 10);
    }

    /** A row with two long values, and one that copies it on the primary. */
    void insertLobs(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO LOBS VALUES (1, ?, ?)")) {
            insert.setBinaryStream(1, new Noise(lobBytes));
            insert.setAsciiStream(2, new Letters(lobBytes));
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
        execute(connection, "INSERT INTO LOBS SELECT 2, B, C FROM LOBS");
    }

    private static long execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }

    /** What a store holds, in few words that differ if it does. */
    static List<String> summary(Connection store) throws SQLException {
        List<String> summary = new ArrayList<>();
        try (Statement statement = store.createStatement()) {
            try (ResultSet row = statement.executeQuery(
                    "SELECT COUNT(*), SUM(ID), SUM(V), SUM(V * MOD(ID, 1009)), SUM(ORA_HASH(NAME, 1000000, MOD(ID, 97))) FROM WIDE")) {
                row.next();
                for (int i = 1; i <= 5; i++) {
                    summary.add(String.valueOf(row.getString(i)));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT ID, B, C FROM LOBS ORDER BY ID")) {
                while (row.next()) {
                    summary.add(row.getInt(1) + " " + digest(row.getBinaryStream(2)) + " "
                            + digest(row.getCharacterStream(3)));
                }
            }
        }
        return summary;
    }

    private static String digest(InputStream content) {
        try (DigestInputStream in = new DigestInputStream(content, MessageDigest.getInstance("SHA-256"))) {
            long length = in.transferTo(OutputStream.nullOutputStream());
            return length + ":" + HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String digest(Reader content) {
        try (content) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            char[] part = new char[8_192];
            long length = 0;
            for (int count = content.read(part); count >= 0; count = content.read(part)) {
                digest.update(new String(part, 0, count).getBytes(StandardCharsets.UTF_8));
                length += count;
            }
            return length + ":" + HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** So many bytes that cannot be compressed. */
    private static final class Noise extends InputStream {
        private final Random random = new Random(5);
        private long left;

        Noise(long length) {
            left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? random.nextInt(256) : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            System.arraycopy(bytes, 0, target, offset, count);
            left -= count;
            return count;
        }
    }

    /** So many letters. */
    private static final class Letters extends InputStream {
        private final long length;
        private long position;

        Letters(long length) {
            this.length = length;
        }

        @Override
        public int read() {
            return position < length ? 'a' + (int) (position++ * 7 % 26) : -1;
        }

        @Override
        public int read(byte[] target, int offset, int size) {
            int count = 0;
            while (count < size && position < length) {
                target[offset + count++] = (byte) read();
            }
            return count == 0 && size > 0 ? -1 : count;
        }
    }
}
