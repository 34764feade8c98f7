package dev.weir.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes bodies that {@link BodyWriter} wrote. A body that cannot be decoded is an {@link IllegalArgumentException}. Confined to one thread. */
public final class BodyReader {
    private final ByteSource in;
    private LoggedStatement.@Nullable Sql lastSql;
    private LoggedStatement.@Nullable Rows lastRows;

    BodyReader(ByteSource body) {
        in = body;
    }

    /** The statements of a body in order; none if the body is empty. */
    public static List<LoggedStatement> read(byte[] body) {
        return readAll(new BodyReader(new ByteSource(body)));
    }

    static List<LoggedStatement> readAll(BodyReader reader) {
        List<LoggedStatement> statements = new ArrayList<>();
        for (LoggedStatement next = reader.next(); next != null; next = reader.next()) {
            statements.add(next);
        }
        return statements;
    }

    /** The next statement, of which large values are read where they lie; null at the end. */
    public @Nullable LoggedStatement next() {
        if (in.position() == 0 && !in.isAtEnd()) {
            readVersion();
        }
        return in.isAtEnd() ? null : readStatement();
    }

    static boolean sameShape(LoggedStatement.Rows one, LoggedStatement.Rows other) {
        return one.change() == other.change()
                && one.keys() == other.keys()
                && one.table().equals(other.table())
                && one.schema().equals(other.schema())
                && one.columns().equals(other.columns());
    }

    private void readVersion() {
        int version = in.readByte();
        if (version != BodyWriter.VERSION) {
            throw new IllegalArgumentException("Log body has format " + version + "; this Weir reads format "
                    + BodyWriter.VERSION + ". Use the same Weir version on every node.");
        }
    }

    private LoggedStatement readStatement() {
        int tag = in.readByte();
        return switch (tag) {
            case BodyWriter.SQL -> readSql(readContext(), in.readString());
            case BodyWriter.SQL_AGAIN -> {
                LoggedStatement.Sql last = previous(lastSql);
                yield readSql(last.context(), last.sql());
            }
            case BodyWriter.ROWS -> readRows(readShape());
            case BodyWriter.ROWS_AGAIN -> readRows(previous(lastRows));
            case BodyWriter.GENERATOR ->
                new LoggedStatement.Generator(
                        in.readString(), in.readString(), (String) ValueCodec.read(in), in.readSigned());
            case BodyWriter.DDL -> new LoggedStatement.Ddl(readContext(), in.readString());
            default -> throw new IllegalArgumentException("Log body has an unknown statement tag " + tag);
        };
    }

    private static <T extends LoggedStatement> T previous(@Nullable T last) {
        if (last == null) {
            throw new IllegalArgumentException("Log body refers to an earlier statement where there is none");
        }
        return last;
    }

    private LoggedStatement readSql(SessionContext context, String text) {
        List<@Nullable Object> parameters = ValueCodec.readAll(in);
        LoggedStatement.Sql sql = new LoggedStatement.Sql(context, text, parameters, in.readVarint());
        lastSql = sql;
        return sql;
    }

    private LoggedStatement.Rows readShape() {
        String schema = in.readString();
        String table = in.readString();
        LoggedStatement.Change change = LoggedStatement.Change.of(in.readByte());
        int keys = in.readCount();
        int count = in.readCount();
        List<String> columns = new ArrayList<>(Math.min(count, 1024));
        for (int i = 0; i < count; i++) {
            columns.add(in.readString());
        }
        return new LoggedStatement.Rows(schema, table, change, columns, keys, List.of());
    }

    private LoggedStatement readRows(LoggedStatement.Rows shape) {
        int count = in.readCount();
        List<@Nullable Object[]> rows = new ArrayList<>(Math.min(count, 1024));
        for (int r = 0; r < count; r++) {
            @Nullable Object[] row = new @Nullable Object[shape.columns().size()];
            for (int c = 0; c < row.length; c++) {
                row[c] = ValueCodec.read(in);
            }
            rows.add(row);
        }
        LoggedStatement.Rows read = new LoggedStatement.Rows(
                shape.schema(), shape.table(), shape.change(), shape.columns(), shape.keys(), rows);
        lastRows = read;
        return read;
    }

    private SessionContext readContext() {
        if (in.readByte() == 0) {
            return SessionContext.DEFAULT;
        }
        return new SessionContext(readText(), readText(), readText(), readText());
    }

    private @Nullable String readText() {
        return (String) ValueCodec.read(in);
    }
}
