package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * Reads the structure of a schema change from its tokens, by the grammar of H2; what it does not know counts as exclusive.
 * Confined to one thread.
 */
final class DdlReader {
    private static final DdlShape UNKNOWN = new DdlShape(null, true, false, false, false);
    private static final DdlShape LIGHT = new DdlShape(null, false, false, false, false);
    private static final DdlShape COMPUTED = new DdlShape(null, true, true, false, false);
    private static final DdlShape AUTONOMOUS = new DdlShape(null, false, false, false, true);

    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean h2;

    DdlReader(Tokens tokens, int from, int to, SqlDialect dialect) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.h2 = dialect == SqlDialect.H2;
    }

    /** The structure of the statement, whose first word decides how it is read. */
    DdlShape read() {
        Word verb = tokens.word(from);
        if (verb == null) {
            return UNKNOWN;
        }
        return switch (verb) {
            case CREATE, DECLARE -> create();
            case ALTER -> alter();
            case DROP -> drop();
            case TRUNCATE -> exclusive(afterExists(tokens.is(from + 1, Word.TABLE) ? from + 2 : from + 1));
            case GRANT, REVOKE, COMMENT -> LIGHT;
            case REFRESH -> COMPUTED;
            default -> UNKNOWN;
        };
    }

    private DdlShape create() {
        boolean temporary = false;
        boolean local = false;
        for (int i = from + 1; i < to; i++) {
            Word word = tokens.word(i);
            if (word == null) {
                if (tokens.type(i) != Lexer.WORD) {
                    return UNKNOWN;
                }
                continue;
            }
            switch (word) {
                case TEMP, TEMPORARY -> temporary = true;
                case LOCAL -> local = true;
                case TABLE -> {
                    return createTable(i, temporary, local);
                }
                case INDEX -> {
                    return on(i, false);
                }
                case TRIGGER -> {
                    return on(i, false);
                }
                case KEY -> {
                    return on(i, true);
                }
                case SEQUENCE -> {
                    return temporary ? new DdlShape(null, false, false, true, true) : AUTONOMOUS;
                }
                case MATERIALIZED -> {
                    return COMPUTED;
                }
                case LINKED -> {
                    return UNKNOWN;
                }
                case VIEW -> {
                    return temporary ? new DdlShape(null, false, false, true, false) : LIGHT;
                }
                case SCHEMA, DOMAIN, ALIAS, USER, ROLE -> {
                    return LIGHT;
                }
                case FUNCTION, PROCEDURE -> {
                    return LIGHT;
                }
                default -> {}
            }
        }
        return UNKNOWN;
    }

    private DdlShape createTable(int table, boolean temporary, boolean local) {
        boolean computes = false;
        int depth = 0;
        for (int i = table + 1; i < to; i++) {
            depth += tokens.isSymbol(i, '(') ? 1 : tokens.isSymbol(i, ')') ? -1 : 0;
            computes |= depth == 0 && tokens.is(i, Word.AS);
        }
        TableName shared = h2 && temporary && !local ? shared(table + 1) : null;
        return new DdlShape(shared, computes, computes, temporary || isTemporarySchema(table + 1), false);
    }

    /** The temporary table that H2 makes for all sessions, which it does unless the schema is SESSION; null if that is not known. */
    private @Nullable TableName shared(int i) {
        TableName table = TableNames.read(tokens, afterExists(i), to);
        TableName.Identifier schema = table == null ? null : table.schema();
        return schema != null && schema.text().equalsIgnoreCase("SESSION") ? null : table;
    }

    /** PostgreSQL makes whatever is created in {@code pg_temp} temporary. */
    private boolean isTemporarySchema(int i) {
        int name = afterExists(i);
        return name < to && tokens.isName(name) && tokens.nameBegins(name, "pg_temp") && tokens.isSymbol(name + 1, '.');
    }

    private DdlShape on(int i, boolean exclusive) {
        for (int k = i + 1; k < to; k++) {
            if (tokens.is(k, Word.ON)) {
                TableName table = TableNames.read(tokens, k + 1, to);
                return new DdlShape(table, exclusive || table == null, false, false, false);
            }
        }
        return UNKNOWN;
    }

    private DdlShape alter() {
        Word object = tokens.word(from + 1);
        if (object == Word.SEQUENCE) {
            return AUTONOMOUS;
        }
        if (object == Word.VIEW || object == Word.USER || object == Word.INDEX) {
            return LIGHT;
        }
        if (object != Word.TABLE) {
            return UNKNOWN;
        }
        int name = afterExists(from + 2);
        TableName table = TableNames.read(tokens, name, to);
        return table == null ? UNKNOWN : alterTable(table, TableNames.end(tokens, name, to));
    }

    private DdlShape alterTable(TableName table, int action) {
        Word verb = tokens.word(action);
        if (verb == null) {
            return exclusive(table);
        }
        return switch (verb) {
            case ADD ->
                isConstraint(action + 1) ? light(table) : new DdlShape(table, true, computes(action), false, false);
            case DROP -> tokens.is(action + 1, Word.CONSTRAINT) ? light(table) : exclusive(table);
            case RENAME -> light(table);
            case SET -> new DdlShape(table, false, false, false, true);
            case ALTER -> alterColumn(table, tokens.is(action + 1, Word.COLUMN) ? action + 2 : action + 1);
            default -> exclusive(table);
        };
    }

    private DdlShape alterColumn(TableName table, int column) {
        int action = afterExists(column) + 1;
        Word verb = tokens.word(action);
        Word object = tokens.word(action + 1);
        if (verb == Word.RESTART) {
            return new DdlShape(table, false, false, false, true);
        }
        boolean light = verb == Word.RENAME
                || ((verb == Word.SET || verb == Word.DROP)
                        && (object == Word.DEFAULT || object == Word.NOT || object == Word.NULL || object == Word.ON));
        return light ? light(table) : new DdlShape(table, true, computes(action), false, false);
    }

    private boolean isConstraint(int i) {
        Word word = tokens.word(i);
        return word == Word.CONSTRAINT
                || word == Word.CHECK
                || word == Word.UNIQUE
                || word == Word.FOREIGN
                || (tokens.type(i) == Lexer.WORD && tokens.folded(i).equals("PRIMARY"));
    }

    /** Whether an added or changed column is filled with anything but one literal. */
    private boolean computes(int action) {
        for (int i = action; i < to; i++) {
            Word word = tokens.word(i);
            if (word == Word.AS || word == Word.USING) {
                return true;
            }
            if (word == Word.DEFAULT && !isLiteral(i + 1)) {
                return true;
            }
            if (tokens.type(i) == Lexer.WORD && isGenerator(tokens.folded(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean isLiteral(int first) {
        int i = tokens.isSymbol(first, '-') ? first + 1 : first;
        byte type = tokens.type(i);
        Word word = tokens.word(i);
        boolean literal = type == Lexer.NUMBER
                || type == Lexer.STRING
                || word == Word.NULL
                || word == Word.TRUE
                || word == Word.FALSE;
        boolean alone = i + 1 >= to
                || tokens.symbol(i + 1) == '\0'
                || tokens.isSymbol(i + 1, ',')
                || tokens.isSymbol(i + 1, ')');
        return literal && alone;
    }

    private static boolean isGenerator(String word) {
        return switch (word) {
            case "GENERATED", "IDENTITY", "AUTO_INCREMENT", "SERIAL", "BIGSERIAL" -> true;
            default -> false;
        };
    }

    private DdlShape drop() {
        Word object = tokens.word(from + 1);
        if (object == null) {
            return UNKNOWN;
        }
        return switch (object) {
            case TABLE -> exclusive(afterExists(from + 2));
            case INDEX ->
                new DdlShape(null, true, false, false, false, TableNames.read(tokens, afterExists(from + 2), to));
            case VIEW, TRIGGER, ALIAS, ROLE, USER -> LIGHT;
            default -> UNKNOWN;
        };
    }

    private DdlShape exclusive(int name) {
        TableName table = TableNames.read(tokens, name, to);
        boolean several = table != null && tokens.isSymbol(TableNames.end(tokens, name, to), ',');
        return exclusive(several ? null : table);
    }

    private static DdlShape exclusive(@Nullable TableName table) {
        return new DdlShape(table, true, false, false, false);
    }

    private static DdlShape light(TableName table) {
        return new DdlShape(table, false, false, false, false);
    }

    private int afterExists(int i) {
        if (!tokens.is(i, Word.IF)) {
            return i;
        }
        return tokens.is(i + 1, Word.NOT) ? i + 3 : i + 2;
    }
}
