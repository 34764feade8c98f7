package dev.weir.sql;

/**
 * PostgreSQL's lexical rules, with JDBC's parameters. A backslash before a quote is ambiguous, since
 * {@code standard_conforming_strings} decides about it. Confined to one thread.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html">PostgreSQL, Lexical Structure</a>
 */
final class PostgresLexer extends Lexer {
    PostgresLexer(String sql) {
        super(sql);
    }

    @Override
    byte special(char c) {
        return switch (c) {
            case '?' -> charAt(position + 1) == '?' ? symbol('?', 2) : parameter();
            case '$' -> dollar();
            default -> symbol(c, 1);
        };
    }

    private byte dollar() {
        if (isDigit(position + 1)) {
            return parameter();
        }
        int close = tagEnd();
        return close < 0 ? broken("a lone $") : dollarString(close + 1);
    }

    /** Where the dollar is that closes an opening tag; -1 if there is none. */
    private int tagEnd() {
        int i = position + 1;
        while (i < length) {
            char c = sql.charAt(i);
            if (c == '$') {
                return i;
            }
            if ((c < 128 && !Letters.isInName(c)) || (i == position + 1 && isDigit(i))) {
                return -1;
            }
            i++;
        }
        return -1;
    }

    @Override
    byte foreignWord() {
        position = identifierEnd(position + 1);
        return WORD;
    }

    @Override
    int foreignPartEnd(int from) {
        return from + 1;
    }

    @Override
    boolean isForeignBlank(char c) {
        return false;
    }

    @Override
    boolean hasSlashComments() {
        return false;
    }

    @Override
    Escape prefix(char letter) {
        return switch (letter) {
            case 'x', 'X', 'n', 'N', 'b', 'B' -> Escape.NONE;
            case 'e', 'E' -> Escape.BACKSLASH;
            default -> Escape.NO_PREFIX;
        };
    }

    @Override
    Escape plainString() {
        return Escape.UNLESS_STANDARD;
    }

    @Override
    boolean isNumberSuffix(char letter) {
        return false;
    }
}
