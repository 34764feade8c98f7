package dev.weir.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteSink} wrote. Confined to one thread. A truncated input is an {@link IllegalArgumentException}. */
final class ByteSource {
    private final byte[] bytes;
    private int position;

    ByteSource(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isAtEnd() {
        return position == bytes.length;
    }

    int readByte() {
        require(1);
        return bytes[position++] & 0xFF;
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
        throw new IllegalArgumentException("Log body has a number longer than 10 bytes at byte " + position);
    }

    long readSigned() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A length or count. */
    int readCount() {
        long value = readVarint();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Log body has a count of " + value + " at byte " + position);
        }
        return (int) value;
    }

    int readFixed32() {
        require(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (bytes[position++] & 0xFF);
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
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    String readString() {
        long tagged = readVarint();
        long units = tagged >>> 1;
        boolean utf8 = (tagged & 1) == 0;
        require(utf8 ? units : units * 2);
        return utf8 ? readUtf8((int) units) : readUtf16((int) units);
    }

    private String readUtf8(int length) {
        position += length;
        return new String(bytes, position - length, length, StandardCharsets.UTF_8);
    }

    /** Unit by unit, since a charset's decoder would replace unpaired surrogates. */
    private String readUtf16(int length) {
        char[] units = new char[length];
        for (int i = 0; i < length; i++) {
            units[i] = (char) (((bytes[position] & 0xFF) << 8) | (bytes[position + 1] & 0xFF));
            position += 2;
        }
        return new String(units);
    }

    private void require(long length) {
        if (length < 0 || length > bytes.length - position) {
            throw new IllegalArgumentException("Log body of " + bytes.length + " bytes ends early: " + length
                    + " bytes wanted at byte " + position);
        }
    }
}
