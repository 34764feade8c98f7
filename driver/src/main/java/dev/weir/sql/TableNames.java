package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/** Reads the qualified names of tables. */
final class TableNames {
    private TableNames() {}

    /** The name that begins at a token, of at most three parts; null if there is none. */
    static @Nullable TableName read(Tokens tokens, int i, int to) {
        int end = end(tokens, i, to);
        if (end == i || end - i > 5) {
            return null;
        }
        int last = end - 1;
        return new TableName(last > i ? tokens.identifier(last - 2) : null, tokens.identifier(last));
    }

    /** The token after the name that begins at a token; that token itself if no name begins there. */
    static int end(Tokens tokens, int i, int to) {
        if (i >= to || !tokens.isName(i)) {
            return i;
        }
        int end = i + 1;
        while (end + 1 < to && tokens.isSymbol(end, '.') && tokens.isName(end + 1)) {
            end += 2;
        }
        return end;
    }
}
