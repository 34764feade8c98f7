package dev.weir.sql;

import java.util.Locale;

/** Tells what a name before a parenthesis is in a query: a pure function, something else that is harmless, or a risk. Confined to one thread. */
final class CallRules {
    private static final int LONGEST_SHOWN = 64;

    private final Tokens tokens;
    private final int from;
    private final int to;
    private final boolean h2;
    private final SqlDialect dialect;
    private final Catalog catalog;

    CallRules(Tokens tokens, int from, int to, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.from = from;
        this.to = to;
        this.h2 = dialect == SqlDialect.H2;
        this.dialect = dialect;
        this.catalog = catalog;
    }

    /** What a name before a parenthesis means for a read. */
    enum Verdict {
        /** Harmless. */
        PURE,
        /** Harmless if it is no call but a list of columns, which the parser must tell. */
        DOUBT,
        /** A call that may have effects. */
        REFUSED
    }

    /** What the name at a token, which a parenthesis follows, is. */
    Verdict judge(int i) {
        int first = chainStart(i);
        if (!catalog.volatileFunctions().isEmpty()
                && catalog.volatileFunctions().contains(first == i ? tokens.folded(i) : qualified(first, i))) {
            return Verdict.REFUSED;
        }
        Word word = first == i ? tokens.word(i) : null;
        if ((word != null && isKeyword(i, word)) || isTypeOrColumns(first)) {
            return Verdict.PURE;
        }
        if (first < i) {
            return isQualifiedPure(first, i) ? Verdict.PURE : Verdict.REFUSED;
        }
        if (isPure(i, tokens.folded(i)) || isEscaped(i) || isSample(i)) {
            return Verdict.PURE;
        }
        if (areColumns(i)) {
            return Verdict.PURE;
        }
        return mayBeColumns(i) ? Verdict.DOUBT : Verdict.REFUSED;
    }

    /** Why a refused call keeps its statement on the primary. */
    String reason(int i) {
        return "calls " + shown(tokens, i);
    }

    /** Whether a refused call leaves something in the session that executes it. */
    boolean pins(int i) {
        String name = tokens.folded(i);
        if (name.equals("SET_CONFIG")) {
            return !tokens.is(tokens.partner(i + 1) - 1, Word.TRUE);
        }
        return name.equals("SETSEED")
                || name.equals("PG_ADVISORY_LOCK")
                || name.equals("PG_ADVISORY_LOCK_SHARED")
                || name.equals("PG_TRY_ADVISORY_LOCK")
                || name.equals("PG_TRY_ADVISORY_LOCK_SHARED");
    }

    /** A name as reasons show it. */
    static String shown(Tokens tokens, int i) {
        String name = tokens.identifier(i).text();
        String lower = name.toLowerCase(Locale.ENGLISH);
        return lower.length() <= LONGEST_SHOWN ? lower : lower.substring(0, LONGEST_SHOWN) + "...";
    }

    private int chainStart(int i) {
        int first = i;
        while (first - 2 >= from && tokens.isSymbol(first - 1, '.') && tokens.isName(first - 2)) {
            first -= 2;
        }
        return first;
    }

    private boolean isKeyword(int i, Word word) {
        if (word.opens()) {
            return true;
        }
        return switch (word) {
            case OVER, FILTER -> tokens.isSymbol(i - 1, ')') || tokens.is(i - 1, Word.NULLS) || isNthFrom(i - 1);
            case BY -> tokens.is(i - 1, Word.GROUP) || tokens.is(i - 1, Word.ORDER) || tokens.is(i - 1, Word.PARTITION);
            case SETS -> tokens.is(i - 1, Word.GROUPING);
            case ROLLUP, CUBE -> tokens.is(i - 1, Word.BY);
            case FIRST, NEXT -> tokens.is(i - 1, Word.FETCH);
            case JOIN -> isJoin(i);
            case MATERIALIZED -> tokens.are(i - 2, Word.AS, Word.NOT);
            case TABLE -> h2;
            case ONLY -> !h2;
            default -> false;
        };
    }

    /** {@code NTH_VALUE(...) FROM LAST}. */
    private boolean isNthFrom(int i) {
        return tokens.is(i - 1, Word.FROM)
                && tokens.isSymbol(i - 2, ')')
                && (tokens.is(i, Word.FIRST)
                        || (tokens.type(i) == Lexer.WORD && tokens.folded(i).equals("LAST")));
    }

    private boolean isJoin(int i) {
        Word before = tokens.word(i - 1);
        if (before == null) {
            return tokens.isName(i - 1) || tokens.isSymbol(i - 1, ')');
        }
        return switch (before) {
            case INNER, CROSS, LEFT, RIGHT, FULL, OUTER, NATURAL -> true;
            default -> false;
        };
    }

    /** A type in a cast, an alias with its columns, or a CTE with its columns. */
    private boolean isTypeOrColumns(int first) {
        return tokens.isSymbol(first - 1, Lexer.CAST)
                || tokens.is(first - 1, Word.AS)
                || tokens.is(first - 1, Word.WITH)
                || tokens.is(first - 1, Word.RECURSIVE)
                || isCommonTable(first);
    }

    /** {@code name (columns) AS [[NOT] MATERIALIZED] (query)}, which no call looks like. */
    private boolean isCommonTable(int i) {
        int close = tokens.partner(i + 1);
        if (!tokens.isSymbol(i - 1, ',') || close < 0 || !tokens.is(close + 1, Word.AS)) {
            return false;
        }
        int body = close + 2;
        if (tokens.is(body, Word.NOT)) {
            body++;
        }
        if (tokens.is(body, Word.MATERIALIZED)) {
            body++;
        }
        Word verb = tokens.isSymbol(body, '(') ? tokens.word(body + 1) : null;
        return verb == Word.SELECT || verb == Word.VALUES || verb == Word.WITH;
    }

    private String qualified(int first, int i) {
        StringBuilder name = new StringBuilder();
        for (int k = first; k <= i; k += 2) {
            name.append(k == first ? "" : ".").append(tokens.folded(k));
        }
        return name.toString();
    }

    private boolean isQualifiedPure(int first, int i) {
        if (catalog.readOnlyFunctions().contains(qualified(first, i))) {
            return true;
        }
        return !h2 && first == i - 2 && tokens.folded(first).equals("PG_CATALOG") && isPure(i, tokens.folded(i));
    }

    /** A quoted name is a built-in function's only in the case that the database folds names to. */
    private boolean isPure(int i, String folded) {
        if (tokens.type(i) == Lexer.QUOTED) {
            String exact = tokens.identifier(i).text();
            String built = h2 ? folded : folded.toLowerCase(Locale.ENGLISH);
            if (!exact.equals(built)) {
                return false;
            }
        }
        return PureFunctions.of(dialect).contains(folded)
                || catalog.readOnlyFunctions().contains(folded);
    }

    private boolean isEscaped(int i) {
        return tokens.isSymbol(i - 2, '{')
                && tokens.type(i - 1) == Lexer.WORD
                && tokens.folded(i - 1).equals("FN")
                && PureFunctions.of(dialect).isEscape(tokens.folded(i));
    }

    private boolean isSample(int i) {
        return tokens.type(i - 1) == Lexer.WORD
                && tokens.folded(i - 1).equals("TABLESAMPLE")
                && (tokens.folded(i).equals("SYSTEM") || tokens.folded(i).equals("BERNOULLI"));
    }

    /**
     * Columns of an alias where no grammar lets an expression follow: directly behind a relation's name after FROM or JOIN, or behind a
     * parenthesis. Only DISTINCT ON and TOP have one before an expression.
     */
    private boolean areColumns(int i) {
        if (tokens.isSymbol(i - 1, ')')) {
            int before = tokens.partner(i - 1) - 1;
            boolean prefix = tokens.is(before, Word.ON)
                    || (tokens.type(before) == Lexer.WORD
                            && tokens.folded(before).equals("TOP"));
            return tokens.partner(i - 1) > from && !prefix && !closesCommonTable(i - 1);
        }
        if (tokens.is(i - 2, Word.WITH) && tokens.is(i - 1, Word.ORDINALITY)) {
            return true;
        }
        if (tokens.isName(i - 1) && tokens.word(i - 1) == null) {
            int before = chainStart(i - 1) - 1;
            return tokens.is(before, Word.FROM) || tokens.is(before, Word.JOIN) || tokens.is(before, Word.ONLY);
        }
        return false;
    }

    /** Whether a parenthesis closes the query of a WITH clause. */
    boolean closesCommonTable(int close) {
        int open = tokens.partner(close);
        boolean body = tokens.is(open - 1, Word.AS) || tokens.is(open - 1, Word.MATERIALIZED);
        Word verb = tokens.word(open + 1);
        return body
                && open > from
                && (verb == Word.SELECT || verb == Word.VALUES || verb == Word.WITH || verb == Word.TABLE);
    }

    /** Columns may follow an alias, which follows a relation or a parenthesis. */
    private boolean mayBeColumns(int i) {
        if (i + 1 >= to || tokens.word(i) == Word.INSERT) {
            return false;
        }
        boolean afterName = tokens.isName(i - 1) && tokens.word(i - 1) == null;
        return afterName || tokens.isSymbol(i - 1, ')');
    }
}
