package dev.weir.log;

import java.nio.charset.StandardCharsets;

/** Growing bytes with the primitive encodings of the log. Confined to one thread. */
final class ByteSink {
    private final Spill bytes = new Spill();

    /** What has been written, which grows and shrinks with this. */
    Spill content() {
        return bytes;
    }

    long size() {
        return bytes.size();
    }

    void truncate(long newSize) {
        bytes.truncate(newSize);
    }

    void writeByte(int value) {
        bytes.ensure(1);
        int end = bytes.end();
        bytes.tail()[end] = (byte) value;
        bytes.advance(end + 1);
    }

    /** Seven bits a byte, lowest first; negative values take ten bytes. */
    void writeVarint(long value) {
        bytes.ensure(10);
        byte[] tail = bytes.tail();
        int end = bytes.end();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            tail[end++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        tail[end++] = (byte) rest;
        bytes.advance(end);
    }

    /** A varint in which small negative values are short too. */
    void writeSigned(long value) {
        writeVarint((value << 1) ^ (value >> 63));
    }

    void writeFixed32(int value) {
        bytes.ensure(4);
        byte[] tail = bytes.tail();
        int end = bytes.end();
        for (int shift = 24; shift >= 0; shift -= 8) {
            tail[end++] = (byte) (value >>> shift);
        }
        bytes.advance(end);
    }

    void writeFixed64(long value) {
        writeFixed32((int) (value >>> 32));
        writeFixed32((int) value);
    }

    void writeBytes(byte[] value) {
        writeBytes(value, value.length);
    }

    /** The first bytes of an array, with their number. */
    void writeBytes(byte[] value, int length) {
        writeVarint(length);
        bytes.append(value, 0, length);
    }

    /** UTF-8 when that is lossless; a string with unpaired surrogates goes as UTF-16 units. */
    void writeString(String value) {
        if (isWellFormed(value)) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            writeVarint((long) utf8.length << 1);
            bytes.append(utf8, 0, utf8.length);
            return;
        }
        writeVarint(((long) value.length() << 1) | 1);
        bytes.ensure(Math.multiplyExact(2, value.length()));
        byte[] tail = bytes.tail();
        int end = bytes.end();
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            tail[end++] = (byte) (unit >>> 8);
            tail[end++] = (byte) unit;
        }
        bytes.advance(end);
    }

    private static boolean isWellFormed(String value) {
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            if (Character.isLowSurrogate(unit)) {
                return false;
            }
            if (Character.isHighSurrogate(unit)) {
                i++;
                if (i == value.length() || !Character.isLowSurrogate(value.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }
}
