package dev.weir.sql;

/**
 * H2's lexical rules. Brackets and {@code #} mean what the database's mode says; while that is not known, they are ambiguous unless
 * either meaning is harmless. Confined to one thread.
 *
 * @see <a href="https://h2database.com/html/grammar.html">H2, SQL Grammar</a>
 */
final class H2Lexer extends Lexer {
    private final Syntax syntax;

    H2Lexer(String sql, Syntax syntax) {
        super(sql);
        this.syntax = syntax;
    }

    @Override
    byte special(char c) {
        return switch (c) {
            case '`' -> quoted('`');
            case '?' -> charAt(position + 1) == '?' ? broken("a trigraph") : parameter();
            case '$' -> dollar();
            case '[' -> bracket();
            default -> pound();
        };
    }

    private byte dollar() {
        if (isDigit(position + 1)) {
            return parameter();
        }
        return charAt(position + 1) == '$' ? dollarString(position + 2) : broken("a lone $");
    }

    private byte bracket() {
        if (syntax == Syntax.H2_BRACKETS) {
            return bracketed();
        }
        ambiguous |= syntax == Syntax.H2 && !isPlainIndex();
        return symbol('[', 1);
    }

    /** A name in brackets, which end at the first closing one. */
    private byte bracketed() {
        int close = sql.indexOf(']', position + 1);
        if (close < 0) {
            return broken("a quoted identifier is not closed");
        }
        position = close + 1;
        return QUOTED;
    }

    /** One word, number or parameter, or numbers in a row: no quoted identifier of this spelling has effects. */
    private boolean isPlainIndex() {
        int i = position + 1;
        while (i < length && (Letters.isInName(sql.charAt(i)) || sql.charAt(i) == '?')) {
            i++;
        }
        while (isDigit(i) || charAt(i) == ',' || charAt(i) == ' ') {
            i++;
        }
        return charAt(i) == ']';
    }

    private byte pound() {
        if (hasPoundNames()) {
            position = identifierEnd(position + 1);
            return WORD;
        }
        ambiguous |= syntax == Syntax.H2;
        return symbol('#', 1);
    }

    private boolean hasPoundNames() {
        return syntax == Syntax.H2_POUND || syntax == Syntax.H2_BRACKETS;
    }

    @Override
    byte foreignWord() {
        int point = sql.codePointAt(position);
        if (!Character.isJavaIdentifierStart(point)) {
            return broken("an unexpected character");
        }
        position = identifierEnd(position + Character.charCount(point));
        return WORD;
    }

    /** Besides the letters of ASCII, which the base class knows. */
    @Override
    int foreignPartEnd(int from) {
        int point = sql.codePointAt(from);
        return Character.isJavaIdentifierPart(point) ? from + Character.charCount(point) : from;
    }

    @Override
    int identifierEnd(int from) {
        int i = super.identifierEnd(from);
        while (hasPoundNames() && charAt(i) == '#') {
            i = super.identifierEnd(i + 1);
        }
        return i;
    }

    @Override
    boolean isForeignBlank(char c) {
        return Character.isSpaceChar(c);
    }

    @Override
    boolean hasSlashComments() {
        return true;
    }

    @Override
    Escape prefix(char letter) {
        return switch (letter) {
            case 'x', 'X', 'n', 'N' -> Escape.NONE;
            default -> Escape.NO_PREFIX;
        };
    }

    @Override
    Escape plainString() {
        return Escape.NONE;
    }

    @Override
    boolean isNumberSuffix(char letter) {
        return (letter | 0x20) == 'l';
    }
}
