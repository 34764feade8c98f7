package dev.weir.sql;

import java.util.Set;

/**
 * Reads SET, RESET, DISCARD and USE: what every node of the session must share, what concerns the open transaction alone, and
 * what changes the database itself. Confined to one thread.
 */
final class SettingReader {
    /** Settings of one H2 session that commit nothing; SET of a variable is one too. */
    private static final Set<String> H2_SESSION = Set.of(
            "SCHEMA",
            "SCHEMA_SEARCH_PATH",
            "CATALOG",
            "LOCK_TIMEOUT",
            "QUERY_TIMEOUT",
            "TIME",
            "VARIABLE_BINARY",
            "NON_KEYWORDS",
            "TRUNCATE_LARGE_LENGTH",
            "LAZY_QUERY_EXECUTION",
            "SEARCH_PATH");

    /** Settings of the whole H2 database that decide what a statement means, so that replicas need them as well. */
    private static final Set<String> H2_DATABASE = Set.of(
            "ALLOW_LITERALS",
            "BUILTIN_ALIAS_OVERRIDE",
            "COLLATION",
            "COMPRESS_LOB",
            "DATABASE",
            "DEFAULT_NULL_ORDERING",
            "DEFAULT_TABLE_TYPE",
            "IGNORECASE",
            "IGNORE_CATALOGS",
            "MAX_LENGTH_INPLACE_LOB",
            "MODE",
            "PASSWORD",
            "REFERENTIAL_INTEGRITY",
            "SALT",
            "UPPERCASE");

    /** Settings of one H2 node. */
    private static final Set<String> H2_NODE = Set.of(
            "CACHE_SIZE",
            "CLUSTER",
            "DB_CLOSE_DELAY",
            "DEFAULT_LOCK_TIMEOUT",
            "EVENT_LISTENER",
            "EXCLUSIVE",
            "LOCK_MODE",
            "LOG",
            "MAX_LOG_SIZE",
            "MAX_MEMORY_ROWS",
            "MAX_MEMORY_UNDO",
            "MAX_OPERATION_MEMORY",
            "OPTIMIZE_REUSE_RESULTS",
            "QUERY_STATISTICS",
            "QUERY_STATISTICS_MAX_ENTRIES",
            "REDO_LOG_BINARY",
            "RETENTION_TIME",
            "THROTTLE",
            "TRACE_LEVEL_FILE",
            "TRACE_LEVEL_SYSTEM_OUT",
            "TRACE_MAX_FILE_SIZE",
            "UNDO_LOG",
            "WRITE_DELAY");

    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean h2;
    private final Catalog catalog;

    SettingReader(Tokens tokens, int from, int to, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.h2 = dialect == SqlDialect.H2;
        this.catalog = catalog;
    }

    Classification set() {
        int name = from + 1;
        if (name >= to) {
            return unknown();
        }
        return h2 ? setH2(name) : setPostgres(name);
    }

    Classification reset() {
        return h2 || to - from < 2 ? unknown() : session();
    }

    Classification discard() {
        return h2 || to - from != 2 ? unknown() : session();
    }

    Classification use() {
        return h2 && to - from == 2 && tokens.isName(from + 1) ? session() : unknown();
    }

    private Classification setH2(int name) {
        if (tokens.isSymbol(name, '@')) {
            return variable(name + 2);
        }
        if (!tokens.isName(name)) {
            return unknown();
        }
        String setting = tokens.folded(name);
        if (H2_SESSION.contains(setting)) {
            return session();
        }
        if (H2_DATABASE.contains(setting)) {
            return Classification.ddl(
                    "changes a setting of the database", new DdlShape(null, true, false, false, false));
        }
        return H2_NODE.contains(setting)
                ? Classification.of(Kind.MAINTENANCE, "changes a setting of its node")
                : unknown();
    }

    /** A variable's value may be any expression, even NEXT VALUE, which must not run on every node. */
    private Classification variable(int after) {
        int value = tokens.isSymbol(after, '=') || tokens.is(after, Word.TO) ? after + 1 : after;
        if (isLiteral(value)) {
            return session();
        }
        Kind kind = new ReadProof(tokens, value, to, SqlDialect.H2, catalog)
                .classify()
                .kind();
        return kind == Kind.READ || kind == Kind.PRIMARY_READ
                ? Classification.of(Kind.PRIMARY_READ, "computes a session variable")
                        .pinning()
                : unknown();
    }

    private boolean isLiteral(int first) {
        int value = tokens.isSymbol(first, '-') ? first + 1 : first;
        byte type = tokens.type(value);
        boolean literal = type == Lexer.STRING || type == Lexer.NUMBER || type == Lexer.PARAMETER;
        Word word = tokens.word(value);
        return value == to - 1 && (literal || word == Word.NULL || word == Word.TRUE || word == Word.FALSE);
    }

    private Classification setPostgres(int name) {
        if (tokens.is(name, Word.LOCAL) || tokens.is(name, Word.TRANSACTION) || tokens.is(name, Word.CONSTRAINTS)) {
            return transaction();
        }
        int first = tokens.is(name, Word.SESSION) && name + 1 < to && !isAssignment(name + 1) ? name + 1 : name;
        if (tokens.nameBegins(first, "transaction_")) {
            return transaction();
        }
        return isKnownForm(first) && !namesSerializable() ? session() : unknown();
    }

    private boolean isKnownForm(int name) {
        Word word = tokens.word(name);
        if (word == Word.TIME
                || word == Word.SCHEMA
                || word == Word.NAMES
                || word == Word.ROLE
                || word == Word.AUTHORIZATION
                || word == Word.CHARACTERISTICS) {
            return true;
        }
        int i = name;
        while (tokens.isName(i) && tokens.isSymbol(i + 1, '.')) {
            i += 2;
        }
        return tokens.isName(i) && isAssignment(i + 1) && i + 2 < to;
    }

    private boolean isAssignment(int i) {
        return tokens.isSymbol(i, '=') || tokens.is(i, Word.TO);
    }

    /** A standby refuses SERIALIZABLE, so that the session must not follow to one. */
    private boolean namesSerializable() {
        for (int i = from; i < to; i++) {
            if (tokens.is(i, Word.SERIALIZABLE)) {
                return true;
            }
            if (tokens.isName(i) && tokens.nameBegins(i, "default_transaction_isolation")) {
                return true;
            }
        }
        return false;
    }

    private static Classification session() {
        return Classification.of(Kind.SESSION, "changes the session");
    }

    private static Classification transaction() {
        return Classification.of(Kind.TRANSACTION_SETTING, "changes the open transaction");
    }

    private static Classification unknown() {
        return Classification.unknown("changes the session in a way that is not known")
                .pinning();
    }
}
