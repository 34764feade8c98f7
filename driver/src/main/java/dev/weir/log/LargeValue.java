package dev.weir.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.Arrays;

/**
 * A BLOB or CLOB that is too long to be held in memory: it is read where it lies, as often as needed, until the result or log body that it comes from is closed.
 * Shorter ones are plain arrays and strings, on the primary and on replicas alike. Confined to one thread.
 */
public sealed interface LargeValue {
    /** The most bytes of a BLOB, and characters of a CLOB, that are held in memory. */
    int LIMIT = 64 * 1024;

    /** How much of it is read at a time. */
    int SEGMENT = 32 * 1024;

    /** A binary one. */
    non-sealed interface Bytes extends LargeValue {
        /** A new stream at its beginning. */
        InputStream open() throws IOException;
    }

    /** A text. */
    non-sealed interface Text extends LargeValue {
        /** A new reader at its beginning. */
        Reader open() throws IOException;
    }

    /** Whether both are of one kind and have the same content. */
    static boolean isSame(LargeValue one, LargeValue other) throws IOException {
        if (one instanceof Bytes bytes && other instanceof Bytes more) {
            try (InputStream left = bytes.open();
                    InputStream right = more.open()) {
                return isSame(left, right);
            }
        }
        if (one instanceof Text text && other instanceof Text more) {
            try (Reader left = text.open();
                    Reader right = more.open()) {
                return isSame(left, right);
            }
        }
        return false;
    }

    private static boolean isSame(InputStream left, InputStream right) throws IOException {
        while (true) {
            byte[] part = left.readNBytes(SEGMENT);
            if (!Arrays.equals(part, right.readNBytes(SEGMENT))) {
                return false;
            }
            if (part.length == 0) {
                return true;
            }
        }
    }

    private static boolean isSame(Reader left, Reader right) throws IOException {
        char[] part = new char[SEGMENT];
        char[] other = new char[SEGMENT];
        while (true) {
            int count = read(left, part);
            if (count != read(right, other) || !Arrays.equals(part, 0, count, other, 0, count)) {
                return false;
            }
            if (count == 0) {
                return true;
            }
        }
    }

    /** Fills a buffer as far as there is content; returns how far. */
    static int read(Reader reader, char[] buffer) throws IOException {
        int count = 0;
        while (count < buffer.length) {
            int read = reader.read(buffer, count, buffer.length - count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }
}
