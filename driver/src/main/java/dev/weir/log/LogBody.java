package dev.weir.log;

import java.util.Arrays;

/** The encoded statements of one entry. Immutable by convention: nobody changes the array. */
public final class LogBody {
    private final byte[] bytes;

    public LogBody(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The encoding itself, not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogBody body && Arrays.equals(bytes, body.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
