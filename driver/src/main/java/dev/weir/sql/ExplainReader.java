package dev.weir.sql;

/** Reads EXPLAIN, which with ANALYZE executes what it explains. Confined to one thread. */
final class ExplainReader {
    private final Tokens tokens;
    private final StatementClassifier statements;

    ExplainReader(Tokens tokens, StatementClassifier statements) {
        this.tokens = tokens;
        this.statements = statements;
    }

    Classification classify(int from, int to) {
        int i = from + 1;
        boolean executes = false;
        if (tokens.isSymbol(i, '(') && isOptions(i + 1)) {
            int close = tokens.partner(i);
            if (close < 0) {
                return Classification.unknown("cannot be read");
            }
            for (int k = i + 1; k < close; k++) {
                executes |= isAnalyze(k);
            }
            i = close + 1;
        }
        while (i < to && (isAnalyze(i) || tokens.is(i, Word.VERBOSE))) {
            executes |= isAnalyze(i);
            i++;
        }
        if (tokens.are(i, Word.PLAN, Word.FOR)) {
            i += 2;
        }
        return i < to ? judge(statements.inner(i, to), executes) : Classification.unknown("explains nothing");
    }

    private boolean isOptions(int i) {
        return tokens.type(i) == Lexer.WORD
                && !tokens.is(i, Word.SELECT)
                && !tokens.is(i, Word.VALUES)
                && !tokens.is(i, Word.WITH)
                && !tokens.is(i, Word.TABLE);
    }

    private boolean isAnalyze(int i) {
        return tokens.is(i, Word.ANALYZE) || tokens.is(i, Word.ANALYSE);
    }

    private static Classification judge(Classification inner, boolean executes) {
        return switch (inner.kind()) {
            case READ, PRIMARY_READ -> inner;
            case WRITE ->
                executes
                        ? Classification.write("explains by executing a write", null)
                        : Classification.of(Kind.PRIMARY_READ, "explains a write");
            case DDL, CALL, UNKNOWN ->
                executes
                        ? Classification.unknown("explains by executing what is not known")
                        : Classification.of(Kind.PRIMARY_READ, "explains a statement");
            default -> Classification.unknown("explains what is not known");
        };
    }
}
