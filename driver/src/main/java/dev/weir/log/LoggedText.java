package dev.weir.log;

import java.io.Reader;

/** A large text within a log body, in segments of which the last is empty. Confined to one thread. */
final class LoggedText implements LargeValue.Text {
    private final ByteSource body;
    private final long from;

    LoggedText(ByteSource body, long from) {
        this.body = body;
        this.from = from;
    }

    /** Goes on behind the text. */
    static void skip(ByteSource in) {
        while (!in.skipString()) {
            // Each call goes on by one segment.
        }
    }

    @Override
    public Reader open() {
        ByteSource segments = body.at(from);
        return new Reader() {
            private String segment = "";
            private int next;
            private boolean ended;

            @Override
            public int read(char[] target, int offset, int length) {
                if (length == 0) {
                    return 0;
                }
                if (next == segment.length() && !ended) {
                    segment = segments.readString();
                    next = 0;
                    ended = segment.isEmpty();
                }
                if (ended) {
                    return -1;
                }
                int count = Math.min(length, segment.length() - next);
                segment.getChars(next, next + count, target, offset);
                next += count;
                return count;
            }

            @Override
            public void close() {
                ended = true;
                next = segment.length();
            }
        };
    }
}
