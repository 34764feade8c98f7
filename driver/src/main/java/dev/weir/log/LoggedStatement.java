package dev.weir.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change within a log entry, in a form that replays exactly. Immutable by convention: rows are arrays that nobody changes.
 *
 * <p>A replica applies the statements of an entry in order, with referential integrity off and without triggers, in one
 * transaction with its checkpoint. A count that differs from the one promised here means that the replica differs from the primary:
 * it must stop, never skip.
 */
public sealed interface LoggedStatement {
    /**
     * A statement proven to have the same effect on every copy of the database that stands at the preceding LSN.
     *
     * @param context what must be set on the session before it runs
     * @param sql the application's text, with JDBC parameter markers
     * @param parameters values as {@link ValueCodec} lists them, to be bound with {@link Values#bind}
     * @param count the exact update count, at least 1
     */
    record Sql(SessionContext context, String sql, List<@Nullable Object> parameters, long count)
            implements LoggedStatement {}

    /**
     * Rows of one table, by name, as they are after the change. Each row is applied with {@link ReplaySql}, in order, and must change exactly one row.
     *
     * @param schema the table's schema, exact case
     * @param table the table's name, exact case
     * @param change what happened to the rows
     * @param columns exact names; for {@link Change#UPDATE}, {@link Change#UPSERT} and {@link Change#DELETE} the primary key's columns come first
     * @param keys how many leading columns are the primary key; 0 for {@link Change#INSERT} and {@link Change#DELETE_BAG}
     * @param rows one array per row, as long as {@code columns}, values as {@link ValueCodec} lists them
     */
    record Rows(
            String schema, String table, Change change, List<String> columns, int keys, List<@Nullable Object[]> rows)
            implements LoggedStatement {
        public Rows {
            columns = List.copyOf(columns);
            if (keys < 0 || keys > columns.size()) {
                throw new IllegalArgumentException(keys + " key columns of " + columns.size());
            }
        }
    }

    /**
     * A schema change, to be executed as text on its own; it commits.
     *
     * @param context what must be set on the session before it runs
     */
    record Ddl(SessionContext context, String sql) implements LoggedStatement {}

    /**
     * How far a sequence, or the one behind an identity column, may have got: none of the values before {@code next} may be given out again. It may lie ahead of what has been drawn.
     *
     * @param schema exact case
     * @param name of the sequence, or of the table whose column draws from it, exact case
     * @param column the identity column; null for a sequence of its own
     */
    record Generator(String schema, String name, @Nullable String column, long next) implements LoggedStatement {
        /** What sets a copy of it; nothing happens if the object is gone. Does not commit. */
        public String sql() {
            String object = ReplaySql.quote(schema) + "." + ReplaySql.quote(name);
            return column == null
                    ? "ALTER SEQUENCE IF EXISTS " + object + " RESTART WITH " + next
                    : "ALTER TABLE IF EXISTS " + object + " ALTER COLUMN IF EXISTS " + ReplaySql.quote(column)
                            + " RESTART WITH " + next;
        }
    }

    /** What happened to the rows of a {@link Rows}. */
    enum Change {
        /** The row is new. */
        INSERT('i'),
        /** The row with this key exists and gets these values. */
        UPDATE('u'),
        /** The row with this key gets these values if it exists, else it is new. */
        UPSERT('m'),
        /** The row with this key goes; the columns are the key's only. */
        DELETE('d'),
        /** The row with this key goes if it is there, which it need not be; the columns are the key's only. Mends replicas that differ. */
        PURGE('p'),
        /** One of the rows equal to this one in all columns goes; for tables without a primary key. */
        DELETE_BAG('b');

        private final char code;

        Change(char code) {
            this.code = code;
        }

        /** The byte that stands for it in a log body. */
        char code() {
            return code;
        }

        static Change of(int code) {
            for (Change change : values()) {
                if (change.code == code) {
                    return change;
                }
            }
            throw new IllegalArgumentException("Log body has an unknown change " + code);
        }
    }
}
