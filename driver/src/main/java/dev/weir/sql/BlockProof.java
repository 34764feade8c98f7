package dev.weir.sql;

import java.util.Set;

/**
 * The proof from tokens that a PL/pgSQL block which PostgreSQL keeps from writing, since its function is STABLE or IMMUTABLE, has no
 * other effect either: it names nothing volatile, calls nothing that is not pure, and makes no statement from a text. Confined to
 * one thread.
 */
final class BlockProof {
    /** Statements that are refused wherever their words stand. */
    private static final Set<String> STATEMENTS = Set.of(
            "EXECUTE",
            "CALL",
            "DO",
            "INSERT",
            "UPDATE",
            "DELETE",
            "MERGE",
            "COPY",
            "LOCK",
            "NOTIFY",
            "LISTEN",
            "UNLISTEN",
            "SET",
            "RESET",
            "PREPARE",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT",
            "CREATE",
            "ALTER",
            "DROP",
            "TRUNCATE",
            "GRANT",
            "REVOKE",
            "VACUUM",
            "ANALYZE",
            "REFRESH",
            "CLUSTER",
            "DISCARD",
            "IMPORT",
            "SHARE",
            "NEXTVAL",
            "CURRVAL");

    /** Words of the language before which a parenthesis is none of a call, where a statement may begin. */
    private static final Set<String> OPENING =
            Set.of("IF", "ELSIF", "ELSEIF", "WHILE", "RETURN", "PERFORM", "ASSERT", "CASE", "NEXT");

    private final Tokens tokens;
    private final Catalog catalog;
    private final Names names;
    private final CallRules calls;

    private BlockProof(Tokens tokens, SqlDialect dialect, Catalog catalog) {
        this.tokens = tokens;
        this.catalog = catalog;
        this.names = new Names(tokens, dialect, catalog);
        this.calls = new CallRules(tokens, 0, tokens.count(), dialect, catalog);
    }

    static boolean isPlainRead(String body, SqlDialect dialect, Catalog catalog) {
        Lexer lexer = Lexer.of(body, catalog.syntax());
        Tokens tokens = Tokens.read(body, lexer);
        if (lexer.isBroken()
                || lexer.isAmbiguous()
                || tokens.isExcessive()
                || !tokens.isBalanced()
                || catalog.hasVolatileComparison()) {
            return false;
        }
        return new BlockProof(tokens, dialect, catalog).holds();
    }

    private boolean holds() {
        for (int i = 0; i < tokens.count(); i++) {
            boolean harmless = switch (tokens.type(i)) {
                case Lexer.WORD, Lexer.QUOTED -> isHarmlessName(i);
                case Lexer.SYMBOL ->
                    !Operators.beginsAt(tokens, i) || !catalog.mayHoldVolatileOperator(Operators.run(tokens, i));
                default -> true;
            };
            if (!harmless) {
                return false;
            }
        }
        return true;
    }

    private boolean isHarmlessName(int i) {
        boolean statement =
                tokens.type(i) == Lexer.WORD && !tokens.isSymbol(i - 1, '.') && STATEMENTS.contains(tokens.folded(i));
        if (statement || names.refusal(i) != null) {
            return false;
        }
        return !tokens.isSymbol(i + 1, '(') || isOpening(i) || calls.judge(i) == CallRules.Verdict.PURE;
    }

    /** A word of the language where a statement may begin, or QUERY after RETURN; a function of such a name has to be harmless. */
    private boolean isOpening(int i) {
        if (tokens.type(i) != Lexer.WORD) {
            return false;
        }
        String word = tokens.folded(i);
        if (catalog.volatileFunctions().contains(word)) {
            return false;
        }
        if (word.equals("QUERY") || word.equals("NEXT")) {
            return isWord(i - 1, "RETURN") && isStart(i - 1);
        }
        return OPENING.contains(word) && isStart(i);
    }

    private boolean isStart(int i) {
        return i == 0
                || tokens.isSymbol(i - 1, ';')
                || tokens.is(i - 1, Word.BEGIN)
                || tokens.is(i - 1, Word.THEN)
                || tokens.is(i - 1, Word.ELSE)
                || isWord(i - 1, "LOOP");
    }

    private boolean isWord(int i, String word) {
        return tokens.type(i) == Lexer.WORD && tokens.folded(i).equals(word);
    }
}
