package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL statement about prepared statements of SQL (manual: PREPARE, EXECUTE, DEALLOCATE). Immutable.
 *
 * @param verb what it does
 * @param name which prepared statement it is about, upper-cased; null for all of them
 * @param body the statement that is prepared; null if none is
 * @param computes whether its arguments are more than constants, so that evaluating them may have effects
 */
public record PreparedText(
        Verb verb, @Nullable String name, @Nullable String body, boolean computes) {
    /** What can be done to a prepared statement. */
    public enum Verb {
        PREPARE,
        EXECUTE,
        DEALLOCATE
    }

    /** What a text says; null if it is anything else, or not understood. */
    public static @Nullable PreparedText of(String sql) {
        Lexer lexer = Lexer.of(sql, Syntax.POSTGRESQL);
        Tokens tokens = Tokens.read(sql, lexer);
        int to = tokens.count();
        while (to > 0 && tokens.isSymbol(to - 1, ';')) {
            to--;
        }
        int from = 0;
        while (tokens.isSymbol(from, ';')) {
            from++;
        }
        if (lexer.isBroken()
                || lexer.isAmbiguous()
                || tokens.isExcessive()
                || !tokens.isBalanced()
                || hasEnd(tokens, from, to)) {
            return null;
        }
        Word verb = tokens.word(from);
        if (verb == Word.PREPARE) {
            return prepare(sql, tokens, from + 1, to);
        }
        if (verb == Word.EXECUTE) {
            return execute(tokens, from + 1, to);
        }
        return verb == Word.DEALLOCATE ? deallocate(tokens, from + 1, to) : null;
    }

    private static boolean hasEnd(Tokens tokens, int from, int to) {
        for (int i = from; i < to; i++) {
            if (tokens.isSymbol(i, ';')) {
                return true;
            }
        }
        return false;
    }

    /** {@code PREPARE name [(types)] AS statement}. */
    private static @Nullable PreparedText prepare(String sql, Tokens tokens, int at, int to) {
        int as = tokens.isSymbol(at + 1, '(') ? tokens.partner(at + 1) + 1 : at + 1;
        if (!isPlainName(tokens, at) || !tokens.is(as, Word.AS) || as + 1 >= to) {
            return null;
        }
        String body = sql.substring(tokens.start(as + 1), tokens.end(to - 1));
        return new PreparedText(Verb.PREPARE, tokens.folded(at), body, false);
    }

    /** {@code EXECUTE name [(arguments)]}. */
    private static @Nullable PreparedText execute(Tokens tokens, int at, int to) {
        boolean arguments = tokens.isSymbol(at + 1, '(');
        int end = arguments ? tokens.partner(at + 1) + 1 : at + 1;
        if (!isPlainName(tokens, at) || end != to) {
            return null;
        }
        boolean computes = false;
        for (int i = at + 2; i < to - 1; i++) {
            computes |= tokens.isName(i)
                    && !tokens.is(i, Word.NULL)
                    && !tokens.is(i, Word.TRUE)
                    && !tokens.is(i, Word.FALSE);
        }
        return new PreparedText(Verb.EXECUTE, tokens.folded(at), null, computes);
    }

    /** {@code DEALLOCATE [PREPARE] name|ALL}. */
    private static @Nullable PreparedText deallocate(Tokens tokens, int at, int to) {
        int name = tokens.is(at, Word.PREPARE) && at + 1 < to ? at + 1 : at;
        if (!isPlainName(tokens, name) || name != to - 1) {
            return null;
        }
        boolean all = tokens.folded(name).equals("ALL");
        return new PreparedText(Verb.DEALLOCATE, all ? null : tokens.folded(name), null, false);
    }

    /** A quoted name might be another one than its letters say. */
    private static boolean isPlainName(Tokens tokens, int i) {
        return tokens.type(i) == Lexer.WORD;
    }
}
