package dev.weir.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteSink} wrote, through a window if it is long. Confined to one thread. A truncated input is an {@link IllegalArgumentException}. */
final class ByteSource {
    private static final int WINDOW = 64 * 1024;

    /** Null if the window is all there is. */
    private final @Nullable Content content;

    private final long size;
    private byte[] window;
    private int position;
    private int limit;
    /** Where the window starts in the content. */
    private long start;

    ByteSource(byte[] bytes) {
        this.content = null;
        this.size = bytes.length;
        this.window = bytes;
        this.limit = bytes.length;
    }

    ByteSource(Content content, long from) {
        this.content = content;
        this.size = content.size();
        this.window = new byte[(int) Math.min(WINDOW, Math.max(16, size - from))];
        this.start = from;
    }

    /** Another one over the same bytes. */
    ByteSource at(long from) {
        if (content != null) {
            return new ByteSource(content, from);
        }
        ByteSource other = new ByteSource(window);
        other.position = (int) from;
        return other;
    }

    /** Where the next byte stands. */
    long position() {
        return start + position;
    }

    boolean isAtEnd() {
        return position() == size;
    }

    /** Goes on behind some bytes. */
    void skip(long bytes) {
        if (bytes < 0 || bytes > size - position()) {
            throw endsEarly(bytes);
        }
        if (bytes <= limit - position) {
            position += (int) bytes;
        } else {
            start += position + bytes;
            position = 0;
            limit = 0;
        }
    }

    int readByte() {
        require(1);
        return window[position++] & 0xFF;
    }

    long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IllegalArgumentException("Log body has a number longer than 10 bytes at byte " + position());
    }

    long readSigned() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A length or count. */
    int readCount() {
        long value = readVarint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Log body has a count of " + value + " at byte " + position());
        }
        return (int) value;
    }

    int readFixed32() {
        require(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (window[position++] & 0xFF);
        }
        return value;
    }

    long readFixed64() {
        long high = readFixed32();
        return (high << 32) | (readFixed32() & 0xFFFFFFFFL);
    }

    byte[] readBytes() {
        int length = readCount();
        require(length);
        position += length;
        return Arrays.copyOfRange(window, position - length, position);
    }

    String readString() {
        long tagged = readVarint();
        long units = tagged >>> 1;
        boolean utf8 = (tagged & 1) == 0;
        require(utf8 ? units : units * 2);
        return utf8 ? readUtf8((int) units) : readUtf16((int) units);
    }

    /** Goes on behind a string; returns whether it is empty. */
    boolean skipString() {
        long tagged = readVarint();
        long units = tagged >>> 1;
        skip((tagged & 1) == 0 ? units : units * 2);
        return units == 0;
    }

    private String readUtf8(int length) {
        position += length;
        return new String(window, position - length, length, StandardCharsets.UTF_8);
    }

    /** Unit by unit, since a charset's decoder would replace unpaired surrogates. */
    private String readUtf16(int length) {
        char[] units = new char[length];
        for (int i = 0; i < length; i++) {
            units[i] = (char) (((window[position] & 0xFF) << 8) | (window[position + 1] & 0xFF));
            position += 2;
        }
        return new String(units);
    }

    /** Has so many bytes in the window. */
    private void require(long length) {
        if (length >= 0 && length <= limit - position) {
            return;
        }
        Content source = content;
        if (length < 0 || length > size - position() || source == null || length > Integer.MAX_VALUE - 16) {
            throw endsEarly(length);
        }
        int left = limit - position;
        byte[] target = length > window.length ? new byte[(int) length] : window;
        System.arraycopy(window, position, target, 0, left);
        start += position;
        window = target;
        position = 0;
        limit = left;
        while (limit < length) {
            int read = source.read(start + limit, window, limit, window.length - limit);
            if (read < 0) {
                throw endsEarly(length);
            }
            limit += read;
        }
    }

    private IllegalArgumentException endsEarly(long length) {
        return new IllegalArgumentException(
                "Log body of " + size + " bytes ends early: " + length + " bytes wanted at byte " + position());
    }
}
