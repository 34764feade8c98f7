package dev.weir.forward;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.PushbackReader;
import java.io.Reader;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.Arrays;

/** Takes streams and readers into memory as long as a budget of bytes lasts. Confined to one connection. */
final class Spool {
    private static final int BYTES_PER_CHAR = 2;
    private static final int FIRST = 1024;

    private final ParameterSlots owner;
    private long left;

    Spool(long budget, ParameterSlots owner) {
        this.left = budget;
        this.owner = owner;
    }

    /**
     * Reads a stream or reader.
     *
     * @param length how much of it the application says to take; negative if all
     * @return a {@link Spooled}, or what gives the same as the source would have if the budget is exceeded
     * @throws SQLException 58030 if it cannot be read
     */
    Object taken(Object source, long length) throws SQLException {
        try {
            return source instanceof Reader reader ? chars(reader, length) : bytes((InputStream) source, length);
        } catch (IOException e) {
            throw new SQLNonTransientException("A stream parameter cannot be read: " + e.getMessage(), "58030", e);
        }
    }

    private Object bytes(InputStream source, long length) throws IOException {
        if (length > left) {
            return source;
        }
        long most = length < 0 ? left : length;
        byte[] content = source.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 8));
        if (length < 0 && content.length == most) {
            int more = source.read();
            if (more >= 0) {
                PushbackInputStream whole = new PushbackInputStream(source, content.length + 1);
                whole.unread(more);
                whole.unread(content);
                return whole;
            }
        }
        left -= content.length;
        return new SpooledBytes(content, owner);
    }

    private Object chars(Reader source, long length) throws IOException {
        long capacity = left / BYTES_PER_CHAR;
        if (length > capacity) {
            return source;
        }
        char[] content = read(source, (int) Math.min(length < 0 ? capacity + 1 : length, Integer.MAX_VALUE - 8));
        if (content.length > capacity) {
            PushbackReader whole = new PushbackReader(source, content.length);
            whole.unread(content);
            return whole;
        }
        left -= (long) content.length * BYTES_PER_CHAR;
        return new SpooledChars(content, owner);
    }

    private static char[] read(Reader source, int most) throws IOException {
        char[] content = new char[Math.min(FIRST, most)];
        int count = 0;
        while (count < most) {
            if (count == content.length) {
                content = Arrays.copyOf(content, (int) Math.min(most, content.length * 2L));
            }
            int read = source.read(content, count, content.length - count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return Arrays.copyOf(content, count);
    }
}
