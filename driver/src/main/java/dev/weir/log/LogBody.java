package dev.weir.log;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The encoded statements of one entry: in memory, or in a temporary file if they are many, until it is closed. What is in memory is immutable by convention and may be shared between threads; else it is confined to
 * one thread.
 */
public final class LogBody implements AutoCloseable {
    private final Content content;

    public LogBody(byte[] bytes) {
        this.content = new Whole(bytes);
    }

    LogBody(Content content) {
        this.content = content;
    }

    /** Gives a body piece by piece. */
    @FunctionalInterface
    public interface Parts {
        /** One part, from number 0 on; null behind the last. */
        byte @Nullable [] part(int number) throws SQLException;
    }

    /**
     * Takes a body that comes in parts; if it is long it goes into a temporary file.
     *
     * @throws SQLException 58030 if that cannot be written
     */
    public static LogBody of(Parts parts) throws SQLException {
        Spill whole = new Spill();
        boolean complete = false;
        try {
            int number = 0;
            for (byte[] part = parts.part(number); part != null; part = parts.part(++number)) {
                whole.append(part, 0, part.length);
            }
            complete = true;
            return new LogBody(whole);
        } catch (UncheckedIOException e) {
            throw new SQLNonTransientException(e.getMessage(), "58030", e);
        } finally {
            if (!complete) {
                whole.close();
            }
        }
    }

    /** The number of bytes. */
    public long size() {
        return content.size();
    }

    /**
     * Some of the encoding.
     *
     * @param most how many bytes from there on, if there are so many
     */
    public byte[] part(long from, int most) {
        byte[] part = new byte[(int) Math.min(most, content.size() - from)];
        for (int count = 0; count < part.length; ) {
            int read = content.read(from + count, part, count, part.length - count);
            if (read < 0) {
                throw new IllegalStateException("A body of " + content.size() + " bytes ends at " + (from + count));
            }
            count += read;
        }
        return part;
    }

    /** Whether it takes hardly any memory, because it is in a file. */
    public boolean isInFile() {
        return content instanceof Spill spill && !spill.isInMemory();
    }

    /** The hash of an entry with this body. */
    public long hash(EntryKind kind) {
        return content instanceof Whole whole ? Digest.of(kind, whole.bytes) : Digest.of(kind, content);
    }

    /** The statements in order, each decoded when it is asked for. */
    public BodyReader reader() {
        return content instanceof Whole whole
                ? new BodyReader(new ByteSource(whole.bytes))
                : new BodyReader(new ByteSource(content, 0));
    }

    /** Lets go of the file. What has been read of the body, and holds large values, is then of no use. */
    @Override
    public void close() {
        content.close();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogBody body
                && (content == body.content
                        || (content instanceof Whole whole
                                && body.content instanceof Whole its
                                && Arrays.equals(whole.bytes, its.bytes)));
    }

    @Override
    public int hashCode() {
        return content instanceof Whole whole ? Arrays.hashCode(whole.bytes) : System.identityHashCode(content);
    }

    @Override
    public String toString() {
        return size() + " bytes";
    }

    /** An array. */
    private static final class Whole implements Content {
        private final byte[] bytes;

        Whole(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            int read = (int) Math.min(length, bytes.length - position);
            System.arraycopy(bytes, (int) position, target, offset, read);
            return read;
        }

        @Override
        public void close() {}
    }
}
