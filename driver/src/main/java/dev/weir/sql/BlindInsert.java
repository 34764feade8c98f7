package dev.weir.sql;

/**
 * An INSERT of rows that the statement itself gives into a table where that is all that happens, so that it tells nothing of what others
 * have committed and changes nothing else. Confined to one thread.
 *
 * <p>An UPDATE, a DELETE, an upsert or an INSERT from a query is not blind: its count and its effect tell what it has found.
 */
final class BlindInsert {
    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean h2;
    private final Catalog catalog;
    private final Names names;
    private final CallRules calls;

    BlindInsert(Tokens tokens, int from, int to, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.h2 = dialect == SqlDialect.H2;
        this.catalog = catalog;
        this.names = new Names(tokens, dialect, catalog);
        this.calls = new CallRules(tokens, from, to, dialect, catalog);
    }

    /** The table that it writes and those that this tells of; {@link Tables#ANY} if it is not such an INSERT. */
    Tables tables() {
        int name = from + 2;
        int end = TableNames.end(tokens, name, to);
        if (!tokens.are(from, Word.INSERT, Word.INTO) || end == name || !isPlain(end - 1) || !isBlind(end)) {
            return Tables.ANY;
        }
        Tables.Gathering one = new Tables.Gathering();
        one.add(tokens.nameHash(end - 1));
        one.add(catalog.mentions().parents(tokens.nameHash(end - 1)));
        return one.tables();
    }

    private boolean isPlain(int table) {
        int name = tokens.nameHash(table);
        Mentions known = catalog.mentions();
        return name != 0 && (h2 ? !known.isDefined(name) : known.isPlain(name));
    }

    private boolean isBlind(int afterName) {
        boolean rows = false;
        for (int i = afterName; i < to; i++) {
            Word word = tokens.word(i);
            if (word == Word.VALUES) {
                if (rows) {
                    return false;
                }
                rows = true;
            } else if (word != null && asks(word)) {
                return false;
            }
            if (tokens.isName(i) && !isHarmless(i, afterName)) {
                return false;
            }
            if (!catalog.volatileOperators().isEmpty() || tokens.isSymbol(i, '@') || tokens.isSymbol(i, '{')) {
                return false;
            }
        }
        return rows;
    }

    /** Whether a word begins a query, or makes an INSERT do more than insert. */
    private static boolean asks(Word word) {
        return switch (word) {
            case SELECT, TABLE, WITH, FROM, ON, FINAL, NEW, OLD, INSERT, UPDATE, DELETE, MERGE, DIRECT -> true;
            default -> false;
        };
    }

    private boolean isHarmless(int i, int afterName) {
        if (names.refusal(i) != null) {
            return false;
        }
        if (!tokens.isSymbol(i + 1, '(') || i + 1 >= to || tokens.is(i, Word.VALUES)) {
            return true;
        }
        boolean alias = i == afterName + 1 && tokens.is(afterName, Word.AS);
        return alias || tokens.is(i, Word.NEXTVAL) || calls.judge(i) == CallRules.Verdict.PURE;
    }
}
