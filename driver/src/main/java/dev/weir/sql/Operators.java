package dev.weir.sql;

/** Finds operators among tokens, as PostgreSQL spells them: of several characters in a row. */
final class Operators {
    private static final String CHARACTERS = "+-*/<>=~!@#%^&|`?";

    private Operators() {}

    /** Whether characters of operators begin at a token and none stands directly before it. */
    static boolean beginsAt(Tokens tokens, int i) {
        return isPart(tokens, i) && !(tokens.areJoined(i) && isPart(tokens, i - 1));
    }

    /** All characters of operators that stand in a row from a token on, as written. */
    static String run(Tokens tokens, int first) {
        int last = first;
        while (isPart(tokens, last + 1) && tokens.areJoined(last + 1)) {
            last++;
        }
        return tokens.text(first, last);
    }

    private static boolean isPart(Tokens tokens, int i) {
        char symbol = tokens.symbol(i);
        return tokens.type(i) == Lexer.PARAMETER || (symbol != '\0' && CHARACTERS.indexOf(symbol) >= 0);
    }
}
