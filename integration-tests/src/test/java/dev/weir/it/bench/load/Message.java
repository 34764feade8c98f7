package dev.weir.it.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One regular message of PostgreSQL's protocol. Confined to one thread.
 *
 * @param bytes the whole message, with its type and length
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Message Formats</a>
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record Message(byte[] bytes) {
    private static final int HEAD = 5;

    /** The next message; null at the end of the connection. */
    static @Nullable Message read(DataInputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            return null;
        }
        int length = in.readInt();
        byte[] bytes = new byte[length + 1];
        ByteBuffer.wrap(bytes).put((byte) type).putInt(length);
        in.readFully(bytes, HEAD, length - 4);
        return new Message(bytes);
    }

    char type() {
        return (char) bytes[0];
    }

    /** The text that begins after so many texts which each end with a zero. */
    String text(int before) {
        int start = HEAD;
        for (int i = 0; i < before; i++) {
            start = end(start) + 1;
        }
        return new String(bytes, start, end(start) - start, StandardCharsets.UTF_8);
    }

    private int end(int start) {
        int end = start;
        while (bytes[end] != 0) {
            end++;
        }
        return end;
    }
}
