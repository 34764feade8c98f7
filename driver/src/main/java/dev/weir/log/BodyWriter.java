package dev.weir.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The growing body of a transaction that is still open: statements are encoded as they happen, and a rollback to a savepoint cuts the tail off. Beyond a megabyte it lies
 * in a temporary file; that may fail with an {@link java.io.UncheckedIOException}.
 * Confined to one thread.
 */
public final class BodyWriter {
    /** The first byte of every body; raised when the encoding changes. */
    static final int VERSION = 2;

    static final int SQL = 1;
    /** A statement with the same context and text as the last {@link #SQL} before it. */
    static final int SQL_AGAIN = 2;

    static final int ROWS = 3;
    /** Rows with the same table, change and columns as the last {@link #ROWS} before it. */
    static final int ROWS_AGAIN = 4;

    static final int DDL = 5;
    static final int GENERATOR = 6;

    /** Rows beyond this number go into a further {@link LoggedStatement.Rows}, so that a reader need not hold them all. */
    private static final int ROWS_AT_ONCE = 1000;

    /** The same for about so many bytes. */
    private static final long BYTES_AT_ONCE = 256 * 1024;

    private final ByteSink out = new ByteSink();
    private Mark mark = new Mark(0, null, null);

    /** A place in the body to which it can be cut back. Immutable. */
    public static final class Mark {
        private final long size;
        private final LoggedStatement.@Nullable Sql lastSql;
        private final LoggedStatement.@Nullable Rows lastRows;

        private Mark(long size, LoggedStatement.@Nullable Sql lastSql, LoggedStatement.@Nullable Rows lastRows) {
            this.size = size;
            this.lastSql = lastSql;
            this.lastRows = lastRows;
        }
    }

    public boolean isEmpty() {
        return mark.size == 0;
    }

    /** The number of bytes so far. */
    public long size() {
        return mark.size;
    }

    /** The present end of the body. */
    public Mark mark() {
        return mark;
    }

    /** Forgets everything written after the mark was taken. */
    public void truncate(Mark to) {
        out.truncate(to.size);
        mark = to;
    }

    public void clear() {
        truncate(new Mark(0, null, null));
    }

    /** Appends a statement. On an {@link IllegalArgumentException} (a value the log has no form for) the body is as before. */
    public void append(LoggedStatement statement) {
        Mark before = mark;
        boolean complete = false;
        try {
            write(statement);
            complete = true;
        } finally {
            if (!complete) {
                truncate(before);
            }
        }
    }

    private void write(LoggedStatement statement) {
        if (out.size() == 0) {
            out.writeByte(VERSION);
        }
        if (statement instanceof LoggedStatement.Sql sql) {
            writeSql(sql);
        } else if (statement instanceof LoggedStatement.Rows rows) {
            for (int from = 0; from < rows.rows().size(); ) {
                int to = endOfPart(rows.rows(), from);
                writeRows(rows, rows.rows().subList(from, to));
                from = to;
            }
        } else if (statement instanceof LoggedStatement.Ddl ddl) {
            out.writeByte(DDL);
            writeContext(ddl.context());
            out.writeString(ddl.sql());
            mark = new Mark(out.size(), mark.lastSql, mark.lastRows);
        } else if (statement instanceof LoggedStatement.Generator generator) {
            out.writeByte(GENERATOR);
            out.writeString(generator.schema());
            out.writeString(generator.name());
            ValueCodec.write(out, generator.column());
            out.writeSigned(generator.next());
            mark = new Mark(out.size(), mark.lastSql, mark.lastRows);
        }
    }

    private static int endOfPart(List<@Nullable Object[]> rows, int from) {
        int most = Math.min(rows.size(), from + ROWS_AT_ONCE);
        long bytes = 0;
        int to = from;
        do {
            bytes += ValueCodec.estimate(rows.get(to++));
        } while (to < most && bytes < BYTES_AT_ONCE);
        return to;
    }

    private void writeSql(LoggedStatement.Sql sql) {
        LoggedStatement.Sql last = mark.lastSql;
        boolean again =
                last != null && last.sql().equals(sql.sql()) && last.context().equals(sql.context());
        out.writeByte(again ? SQL_AGAIN : SQL);
        if (!again) {
            writeContext(sql.context());
            out.writeString(sql.sql());
        }
        ValueCodec.writeAll(out, sql.parameters());
        out.writeVarint(sql.count());
        mark = new Mark(out.size(), new LoggedStatement.Sql(sql.context(), sql.sql(), List.of(), 1), mark.lastRows);
    }

    private void writeRows(LoggedStatement.Rows rows, List<@Nullable Object[]> part) {
        LoggedStatement.Rows last = mark.lastRows;
        boolean again = last != null && BodyReader.sameShape(last, rows);
        out.writeByte(again ? ROWS_AGAIN : ROWS);
        if (!again) {
            out.writeString(rows.schema());
            out.writeString(rows.table());
            out.writeByte(rows.change().code());
            out.writeVarint(rows.keys());
            out.writeVarint(rows.columns().size());
            rows.columns().forEach(out::writeString);
        }
        out.writeVarint(part.size());
        for (@Nullable Object[] row : part) {
            for (int i = 0; i < rows.columns().size(); i++) {
                ValueCodec.write(out, row[i]);
            }
        }
        mark = new Mark(
                out.size(),
                mark.lastSql,
                new LoggedStatement.Rows(
                        rows.schema(), rows.table(), rows.change(), rows.columns(), rows.keys(), List.of()));
    }

    private void writeContext(SessionContext context) {
        if (context.equals(SessionContext.DEFAULT)) {
            out.writeByte(0);
            return;
        }
        out.writeByte(1);
        ValueCodec.write(out, context.schema());
        ValueCodec.write(out, context.searchPath());
        ValueCodec.write(out, context.timeZone());
        ValueCodec.write(out, context.mode());
    }

    /** The whole encoding. @throws IllegalStateException if it is too long to be in memory */
    public byte[] toByteArray() {
        return out.content().toByteArray();
    }

    /** The encoding as it is now, without a copy; of no use once this has been changed. */
    public LogBody body() {
        return new LogBody(out.content());
    }

    /** What only writers with the same encoding have in common. */
    public ByteBuffer identity() {
        if (out.content().isInMemory()) {
            return ByteBuffer.wrap(toByteArray());
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            LogBody body = body();
            for (long from = 0; from < body.size(); from += LargeValue.SEGMENT) {
                digest.update(body.part(from, LargeValue.SEGMENT));
            }
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
