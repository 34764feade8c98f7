package dev.weir.log;

import java.io.InputStream;

/** A large binary value within a log body, in segments of which the last is empty. Confined to one thread. */
final class LoggedBytes implements LargeValue.Bytes {
    private final ByteSource body;
    private final long from;

    LoggedBytes(ByteSource body, long from) {
        this.body = body;
        this.from = from;
    }

    /** Goes on behind the value. */
    static void skip(ByteSource in) {
        for (int length = in.readCount(); length > 0; length = in.readCount()) {
            in.skip(length);
        }
    }

    @Override
    public InputStream open() {
        ByteSource segments = body.at(from);
        return new InputStream() {
            private byte[] segment = new byte[0];
            private int next;
            private boolean ended;

            @Override
            public int read() {
                return hasMore() ? segment[next++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (length == 0) {
                    return 0;
                }
                if (!hasMore()) {
                    return -1;
                }
                int count = Math.min(length, segment.length - next);
                System.arraycopy(segment, next, target, offset, count);
                next += count;
                return count;
            }

            private boolean hasMore() {
                if (next == segment.length && !ended) {
                    segment = segments.readBytes();
                    next = 0;
                    ended = segment.length == 0;
                }
                return !ended;
            }
        };
    }
}
