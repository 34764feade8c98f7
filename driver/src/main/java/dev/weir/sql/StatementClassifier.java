package dev.weir.sql;

import java.util.Locale;

/** Classifies one statement by its first words. Confined to one thread. */
final class StatementClassifier {
    /** What a DO block is, of which only the text within its quotes tells what it does. */
    static final String BLOCK = "executes a block";

    private final Tokens tokens;
    private final SqlDialect dialect;
    private final Catalog catalog;
    private final boolean h2;
    private final boolean indexedParameters;

    StatementClassifier(Tokens tokens, SqlDialect dialect, Catalog catalog, boolean indexedParameters) {
        this.tokens = tokens;
        this.dialect = dialect;
        this.catalog = catalog;
        this.h2 = dialect == SqlDialect.H2;
        this.indexedParameters = indexedParameters;
    }

    /** What the statement between two tokens is; there is at least one token. */
    Classification classify(int from, int to) {
        return catalog.sessionRoutines().judge(alone(from, to), tokens, from, to);
    }

    /** What it is by its own text. */
    private Classification alone(int from, int to) {
        int first = from;
        while (first < to && tokens.isSymbol(first, '(')) {
            first++;
        }
        Word verb = first < to ? tokens.word(first) : null;
        if (first > from) {
            return verb == Word.SELECT || verb == Word.VALUES || verb == Word.WITH || verb == Word.TABLE
                    ? query(from, to)
                    : Classification.unknown("begins with no known verb");
        }
        if (verb == null) {
            return isCall(from) ? call("calls a routine") : Classification.unknown("begins with no known verb");
        }
        return byVerb(verb, from, to);
    }

    /** What a statement inside another is; no statement nests deeper than once. */
    Classification inner(int from, int to) {
        return tokens.is(from, Word.EXPLAIN) || tokens.is(from, Word.COPY)
                ? Classification.unknown("nests statements")
                : classify(from, to);
    }

    private Classification byVerb(Word verb, int from, int to) {
        return switch (verb) {
            case SELECT, VALUES, TABLE, WITH -> query(from, to);
            case FROM -> h2 ? query(from, to) : unknownVerb();
            case INSERT, UPDATE, DELETE, MERGE, REPLACE, UPSERT -> write(from, to);
            case BEGIN, START -> new TransactionReader(tokens, from, to).begin();
            case COMMIT, END -> new TransactionReader(tokens, from, to).commit();
            case ROLLBACK, ABORT -> new TransactionReader(tokens, from, to).rollback();
            case SAVEPOINT -> new TransactionReader(tokens, from, to).savepoint();
            case RELEASE -> new TransactionReader(tokens, from, to).release();
            case SET -> settings(from, to).set();
            case RESET -> settings(from, to).reset();
            case DISCARD -> settings(from, to).discard();
            case USE -> settings(from, to).use();
            case CREATE,
                    ALTER,
                    DROP,
                    TRUNCATE,
                    GRANT,
                    REVOKE,
                    COMMENT,
                    REFRESH,
                    REINDEX,
                    CLUSTER,
                    IMPORT,
                    REASSIGN,
                    SECURITY -> ddl(from, to);
            case DECLARE -> declare(from, to);
            case FETCH, MOVE, CLOSE -> Classification.of(Kind.PRIMARY_READ, "uses a cursor of its session");
            case CALL, EXEC -> call("calls a routine");
            case DO -> call(BLOCK);
            case EXECUTE ->
                tokens.is(from + 1, Word.IMMEDIATE)
                        ? Classification.unknown("executes a text")
                        : call("executes a prepared statement").pinning();
            case PREPARE ->
                tokens.is(from + 1, Word.TRANSACTION) || tokens.is(from + 1, Word.COMMIT)
                        ? Classification.unknown("prepares a transaction").withArgument(Classification.LEAVES_ENDED)
                        : Classification.unknown("prepares a statement in its session")
                                .pinning();
            case DEALLOCATE -> Classification.unknown("changes the session").pinning();
            case EXPLAIN -> new ExplainReader(tokens, this).classify(from, to);
            case SHOW -> show(from, to);
            case HELP -> Classification.of(Kind.PRIMARY_READ, "reads a fact of its node");
            case COPY -> copy(from, to);
            case LOCK -> Classification.of(Kind.PRIMARY_READ, "locks a table");
            case LISTEN ->
                Classification.of(Kind.PRIMARY_READ, "listens in its session").pinning();
            case UNLISTEN -> Classification.of(Kind.PRIMARY_READ, "listens in its session");
            case NOTIFY -> call("notifies");
            case LOAD -> Classification.unknown("changes the session").pinning();
            case ANALYZE, ANALYSE, VACUUM, CHECKPOINT, BACKUP, SCRIPT, SHUTDOWN ->
                Classification.of(Kind.MAINTENANCE, verb.name().toLowerCase(Locale.ROOT) + " concerns one node");
            case RUNSCRIPT -> Classification.unknown("runs a script");
            default -> unknownVerb();
        };
    }

    private Classification query(int from, int to) {
        Classification query = new ReadProof(tokens, from, to, dialect, catalog).classify();
        boolean changes = h2 && query.kind() == Kind.WRITE;
        WriteShape shape = changes ? new DeltaReader(tokens, from, to, indexedParameters).read() : null;
        return shape == null ? query : Classification.write(query.reason(), shape);
    }

    private Classification write(int from, int to) {
        WriteShape shape = h2 ? new WriteReader(tokens, from, to, indexedParameters).read() : null;
        return Classification.write("modifies data", shape)
                .touching(new BlindInsert(tokens, from, to, dialect, catalog).tables());
    }

    private Classification ddl(int from, int to) {
        return Classification.ddl("changes the schema", new DdlReader(tokens, from, to, dialect).read());
    }

    private SettingReader settings(int from, int to) {
        return new SettingReader(tokens, from, to, dialect, catalog);
    }

    /** DECLARE makes a cursor on PostgreSQL and a temporary table on H2. */
    private Classification declare(int from, int to) {
        return h2
                ? ddl(from, to)
                : Classification.of(Kind.PRIMARY_READ, "opens a cursor").pinning();
    }

    private Classification show(int from, int to) {
        boolean weir = to - from == 4
                && tokens.isName(from + 1)
                && tokens.folded(from + 1).equals("WEIR")
                && tokens.isSymbol(from + 2, '.')
                && tokens.isName(from + 3);
        if (!weir) {
            return Classification.of(Kind.PRIMARY_READ, "shows a fact of its node");
        }
        return switch (tokens.folded(from + 3)) {
            case "NODES" -> Classification.of(Kind.SHOW_NODES, "answered by Weir");
            case "SESSION" -> Classification.of(Kind.SHOW_SESSION, "answered by Weir");
            case "AUDIT" -> Classification.of(Kind.SHOW_AUDIT, "answered by Weir");
            default -> Classification.of(Kind.PRIMARY_READ, "shows a fact of its node");
        };
    }

    /** COPY reads only if it copies a table or a plain query to the client; a file or a program is the server's. */
    private Classification copy(int from, int to) {
        int source = from + 1;
        int end = tokens.isSymbol(source, '(') ? tokens.partner(source) + 1 : TableNames.end(tokens, source, to);
        boolean query = tokens.isSymbol(source, '(') && end > source;
        if (!query && tokens.isSymbol(end, '(')) {
            end = tokens.partner(end) + 1;
        }
        if (h2 || end <= source || !tokens.are(end, Word.TO, Word.STDOUT)) {
            return Classification.write("copies data in, or into a file", null);
        }
        Classification content = query ? inner(source + 1, end - 1) : named(source, end);
        return switch (content.kind()) {
            case READ, PRIMARY_READ -> content;
            case WRITE, DDL -> Classification.write("copies what it modifies", null);
            default -> Classification.unknown("copies what is not known");
        };
    }

    private Classification named(int from, int to) {
        Names names = new Names(tokens, dialect, catalog);
        for (int i = from; i < to; i++) {
            String refusal = tokens.isName(i) ? names.refusal(i) : null;
            if (refusal != null) {
                return Classification.of(Kind.PRIMARY_READ, refusal);
            }
        }
        return Classification.read(false);
    }

    /** {@code {call f()}}, {@code {? = call f()}} and, on H2, {@code ? = CALL f()}. */
    private boolean isCall(int from) {
        int i = tokens.isSymbol(from, '{') ? from + 1 : from;
        if (tokens.type(i) == Lexer.PARAMETER && tokens.isSymbol(i + 1, '=')) {
            return tokens.is(i + 2, Word.CALL);
        }
        return i > from && tokens.is(i, Word.CALL);
    }

    private static Classification call(String reason) {
        return Classification.of(Kind.CALL, reason);
    }

    private static Classification unknownVerb() {
        return Classification.unknown("begins with no known verb");
    }

    /** Whether a statement makes a routine whose body may hold semicolons. */
    static boolean hasBody(Tokens tokens) {
        if (!tokens.is(0, Word.CREATE)) {
            return false;
        }
        for (int i = 1; i < tokens.count(); i++) {
            if (tokens.are(i, Word.BEGIN, Word.ATOMIC)) {
                return true;
            }
        }
        return false;
    }
}
