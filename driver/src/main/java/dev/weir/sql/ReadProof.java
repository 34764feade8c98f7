package dev.weir.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The proof from tokens alone that a query is a plain read. It relies on what the grammars of both databases have in common: a
 * statement that begins as a query can write, lock or leave the statement only through a data change in parentheses or after a
 * WITH clause, a locking clause, INTO, a sequence, a session variable, a function, or a relation that hides one of these. It
 * looks for each of them and errs towards doubt. Confined to one thread.
 */
final class ReadProof {
    private static final Set<String> ESCAPES = Set.of("FN", "D", "T", "TS", "OJ", "ESCAPE");

    /** How far a FOR may stand from the parenthesis of its SUBSTRING, in tokens. */
    private static final int FARTHEST = 64;

    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean h2;
    private final CallRules calls;
    private final Names names;
    private final Catalog catalog;

    /** Tokens whose meaning only the parser can tell; it must find a name for each of them. */
    private final List<Integer> doubts = new ArrayList<>(0);

    private @Nullable String refusal;
    private @Nullable String change;
    private boolean pins;
    private boolean mayChange;
    private boolean creates;
    private boolean createsTemporary;
    private boolean tableless = true;

    ReadProof(Tokens tokens, int from, int to, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.h2 = dialect == SqlDialect.H2;
        this.calls = new CallRules(tokens, from, to, dialect, catalog);
        this.names = new Names(tokens, dialect, catalog);
        this.catalog = catalog;
    }

    /** What the tokens from {@code from} to {@code to} are, if they begin as a query. */
    Classification classify() {
        if (!catalog.volatileOperators().isEmpty() && catalog.hasVolatileComparison()) {
            refuse("compares by an operator that may have side effects");
        }
        for (int i = from; i < to; i++) {
            switch (tokens.type(i)) {
                case Lexer.WORD, Lexer.QUOTED -> name(i);
                case Lexer.SYMBOL -> symbol(i);
                default -> {}
            }
        }
        if (change == null && !doubts.isEmpty() && (mayChange || refusal == null)) {
            settle();
        }
        return verdict();
    }

    private void settle() {
        switch (TreeProof.judge(tokens, from, to, doubts)) {
            case READ -> {}
            case CHANGE -> change = "modifies data inside a query";
            case DOUBT -> {
                if (mayChange) {
                    change = "";
                } else {
                    refuse("cannot be proven to be a plain read");
                }
            }
        }
    }

    private Classification verdict() {
        if (change != null) {
            return change.isEmpty()
                    ? Classification.unknown("may modify data inside a query")
                    : Classification.write(change, null);
        }
        if (creates) {
            return Classification.ddl("creates a table", new DdlShape(null, true, true, createsTemporary, false));
        }
        if (refusal != null) {
            Classification read = Classification.of(Kind.PRIMARY_READ, refusal);
            return pins ? read.pinning() : read;
        }
        // A function of the database's own may read tables that no FROM names.
        boolean untold = tableless && !catalog.mentions().areAbsent(tokens, from, to);
        return Classification.read(tableless && !untold)
                .touching(catalog.mentions().readBy(tokens, from, to));
    }

    private void name(int i) {
        String known = names.refusal(i);
        if (known != null) {
            refuse(known);
        }
        Word word = tokens.word(i);
        if (word != null && !tokens.isSymbol(i - 1, '.')) {
            word(i, word);
        } else if (word == Word.NEXTVAL || word == Word.CURRVAL) {
            refuse("uses a sequence");
        }
        if (tokens.isSymbol(i + 1, '(') && i + 1 < to) {
            call(i);
        }
        if (tokens.isSymbol(i - 1, ')')
                && i > from
                && calls.closesCommonTable(i - 1)
                && !mayFollowCommonTable(i, word)) {
            refuse("has no known verb behind its WITH clause");
        }
    }

    private boolean mayFollowCommonTable(int i, @Nullable Word word) {
        if (word != null) {
            return switch (word) {
                case SELECT, VALUES, TABLE, WITH, FROM, INSERT, UPDATE, DELETE, MERGE, CREATE -> true;
                default -> false;
            };
        }
        return tokens.type(i) == Lexer.WORD
                && (tokens.folded(i).equals("SEARCH") || tokens.folded(i).equals("CYCLE"));
    }

    private void call(int i) {
        CallRules.Verdict verdict = calls.judge(i);
        switch (verdict) {
            case PURE -> {}
            case DOUBT -> doubts.add(i);
            case REFUSED -> {
                refuse(calls.reason(i));
                pins |= calls.pins(i);
            }
        }
    }

    private void word(int i, Word word) {
        switch (word) {
            case FROM, TABLE -> tableless = false;
            case INSERT, UPDATE, DELETE, MERGE -> dataChange(i, word);
            case FOR -> {
                if (refusal == null && !isHarmlessFor(i)) {
                    refuse("locks rows");
                }
            }
            case INTO -> into(i);
            case CREATE -> {
                if (tokens.isSymbol(i - 1, ')') && change == null) {
                    change = ""; // older releases of H2 let CREATE TABLE follow a WITH clause
                }
            }
            case LOCK -> {
                if (tokens.is(i + 1, Word.IN)) {
                    refuse("locks rows");
                }
            }
            case NEXT, CURRENT, PREVIOUS -> {
                if (tokens.is(i + 1, Word.VALUE)) {
                    refuse("uses a sequence");
                }
            }
            case NEXTVAL, CURRVAL -> refuse("uses a sequence");
            case FINAL, NEW, OLD -> {
                if (tokens.is(i + 1, Word.TABLE)) {
                    change = "modifies data inside a query";
                }
            }
            case WITH -> {
                if (tokens.isSymbol(i + 1, '(')) {
                    refuse("has a table hint");
                }
            }
            case ROWID -> refuse("reads row identifiers, which differ between nodes");
            case CURRENT_CATALOG -> {
                if (h2) {
                    refuse("reads a fact of its node");
                }
            }
            default -> {}
        }
    }

    private void symbol(int i) {
        if (!catalog.volatileOperators().isEmpty()
                && Operators.beginsAt(tokens, i)
                && catalog.mayHoldVolatileOperator(Operators.run(tokens, i))) {
            refuse("uses an operator that may have side effects");
        }
        switch (tokens.symbol(i)) {
            case '@' -> {
                if (h2) {
                    refuse("uses a session variable");
                }
            }
            case '{' -> {
                if (!isEscape(i)) {
                    refuse("has an escape that is not known");
                }
            }
            default -> {}
        }
    }

    private boolean isEscape(int i) {
        if (h2 && tokens.type(i + 1) == Lexer.NUMBER && tokens.isSymbol(i + 2, ':')) {
            return true; // values of parameters, which are expressions like any other
        }
        return tokens.type(i + 1) == Lexer.WORD && ESCAPES.contains(tokens.folded(i + 1));
    }

    /**
     * A data change stands behind a parenthesis, or behind the CTEs of its own WITH clause. Behind anything that demands an
     * expression or a relation the word can only be a name.
     */
    private void dataChange(int i, Word word) {
        Word before = tokens.word(i - 1);
        if (before == Word.FOR || tokens.are(i - 2, Word.NO, Word.KEY) || before == Word.AS) {
            return;
        }
        if (word == Word.INSERT && h2 && tokens.isSymbol(i + 1, '(')) {
            return;
        }
        if (isCertainChange(i, word)) {
            change = "modifies data inside a query";
        } else if (!isNamePosition(i)) {
            mayChange = true;
            doubts.add(i);
        }
    }

    private boolean isCertainChange(int i, Word word) {
        boolean follows = tokens.isSymbol(i - 1, '(') || tokens.isSymbol(i - 1, ')');
        return follows
                && switch (word) {
                    case INSERT, MERGE -> tokens.is(i + 1, Word.INTO);
                    case DELETE -> tokens.is(i + 1, Word.FROM);
                    case UPDATE -> tokens.isName(i + 1) && isSetNear(i);
                    default -> false;
                };
    }

    /** {@code SET} comes after the name of the table, in at most three parts, and an alias. */
    private boolean isSetNear(int update) {
        for (int i = update + 2; i < Math.min(to, update + 10); i++) {
            if (tokens.is(i, Word.SET)) {
                return true;
            }
        }
        return false;
    }

    private boolean isNamePosition(int i) {
        Word before = tokens.word(i - 1);
        if (before != null) {
            return switch (before) {
                case SELECT,
                        WHERE,
                        AND,
                        OR,
                        NOT,
                        ON,
                        HAVING,
                        DISTINCT,
                        WHEN,
                        THEN,
                        ELSE,
                        CASE,
                        BETWEEN,
                        LIKE,
                        BY,
                        FROM,
                        JOIN -> true;
                default -> false;
            };
        }
        return switch (tokens.symbol(i - 1)) {
            case ',', '=', '<', '>', '+', '-', '*', '/', '%', '|', Lexer.CAST -> true;
            default -> false;
        };
    }

    /** FOR in {@code SUBSTRING(x FROM 1 FOR 2)} and {@code OVERLAY}, {@code FOR ORDINALITY}, and {@code COLLATION FOR}. */
    private boolean isHarmlessFor(int i) {
        if (tokens.is(i + 1, Word.ORDINALITY) || tokens.is(i - 1, Word.COLLATION)) {
            return true;
        }
        int open = i - 1;
        for (int steps = 0; open >= from && !tokens.isSymbol(open, '('); steps++) {
            if (steps == FARTHEST) {
                return false;
            }
            open = tokens.isSymbol(open, ')') ? tokens.partner(open) - 1 : open - 1;
        }
        return open >= from && (tokens.is(open - 1, Word.SUBSTRING) || tokens.is(open - 1, Word.OVERLAY));
    }

    private void into(int i) {
        if (tokens.is(i - 1, Word.INSERT) || tokens.is(i - 1, Word.MERGE)) {
            return;
        }
        if (h2) {
            refuse("has INTO");
            return;
        }
        creates = true;
        createsTemporary |= tokens.is(i + 1, Word.TEMP)
                || tokens.is(i + 1, Word.TEMPORARY)
                || tokens.is(i + 2, Word.TEMP)
                || tokens.is(i + 2, Word.TEMPORARY);
    }

    private void refuse(String reason) {
        if (refusal == null) {
            refusal = reason;
        }
    }
}
