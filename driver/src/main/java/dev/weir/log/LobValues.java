package dev.weir.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** LOBs of JDBC in the form of the log: short ones as arrays and strings, longer ones where they are. Thread-safe: holds nothing. */
final class LobValues {
    private LobValues() {}

    static @Nullable Object of(@Nullable Blob blob) throws SQLException {
        if (blob == null) {
            return null;
        }
        long length = blob.length();
        return length <= LargeValue.LIMIT ? blob.getBytes(1, (int) length) : new Binary(blob);
    }

    static @Nullable Object of(@Nullable Clob clob) throws SQLException {
        if (clob == null) {
            return null;
        }
        long length = clob.length();
        return length <= LargeValue.LIMIT ? clob.getSubString(1, (int) length) : new Text(clob);
    }

    private record Binary(Blob blob) implements LargeValue.Bytes {
        @Override
        public InputStream open() throws IOException {
            try {
                return blob.getBinaryStream();
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }

    private record Text(Clob clob) implements LargeValue.Text {
        @Override
        public Reader open() throws IOException {
            try {
                return clob.getCharacterStream();
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }
}
