package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * One pass over an SQL text that yields its tokens by the lexical rules of one dialect. It allocates nothing per token, does not
 * recurse and reads each character a bounded number of times. Where a setting of the server decides what a text means (a
 * backslash before a quote on PostgreSQL, brackets and {@code #} on H2), {@link #isAmbiguous} says so. Confined to one thread.
 *
 * @see <a href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html">PostgreSQL, Lexical Structure</a>
 * @see <a href="https://h2database.com/html/grammar.html">H2, SQL Grammar</a>
 */
final class Lexer {
    static final byte END = 0;
    /** A keyword or an identifier without quotes. */
    static final byte WORD = 1;
    /** An identifier in quotes. */
    static final byte QUOTED = 2;
    /** A character or binary string with its prefix. */
    static final byte STRING = 3;

    static final byte NUMBER = 4;
    static final byte PARAMETER = 5;
    /** One character of punctuation or of an operator; {@code ::} is one symbol, {@link #CAST}. */
    static final byte SYMBOL = 6;
    /** The text cannot be read further; {@link #trouble} says why. */
    static final byte BROKEN = 7;

    /** What {@link #symbol} gives for {@code ::}. */
    static final char CAST = '\u2237';

    private static final int SPACE = 1;
    private static final int IDENTIFIER_START = 2;
    private static final int IDENTIFIER_PART = 4;
    private static final byte[] CLASSES = classes();

    private final String sql;
    private final int length;
    private final boolean h2;

    private int position;
    private int start;
    private char symbol;
    private boolean indexed;
    private boolean ambiguous;
    private @Nullable String trouble;
    private int hintStart = -1;
    private int hintEnd;
    private int hints;
    private boolean leading = true;

    Lexer(String sql, SqlDialect dialect) {
        this.sql = sql;
        this.length = sql.length();
        this.h2 = dialect == SqlDialect.H2;
    }

    /**
     * Moves to the next token and returns its type. Literals in a row, as in the list of an IN, count as one: no verdict depends on
     * how many there are.
     */
    byte next() {
        byte type = one();
        if (type == STRING || type == NUMBER) {
            int first = start;
            while (isLiteralNext()) {
                if (one() == BROKEN) {
                    return BROKEN;
                }
            }
            start = first;
        }
        return type;
    }

    /** Moves to the next literal if there is one behind a comma; comments between them are not looked through. */
    private boolean isLiteralNext() {
        int i = afterBlanks(position);
        if (charAt(i) != ',') {
            return false;
        }
        i = afterBlanks(i + 1);
        if (charAt(i) != '\'' && !isDigit(i)) {
            return false;
        }
        position = i;
        return true;
    }

    private int afterBlanks(int from) {
        int i = from;
        while (i < length && isBlank(sql.charAt(i))) {
            i++;
        }
        return i;
    }

    private byte one() {
        if (!skipBlanks()) {
            return BROKEN;
        }
        start = position;
        if (position >= length) {
            return END;
        }
        leading = false;
        char c = sql.charAt(position);
        if (c < 128 && (CLASSES[c] & IDENTIFIER_START) != 0) {
            return word(c);
        }
        if (c >= '0' && c <= '9') {
            return number();
        }
        return switch (c) {
            case '\'' -> string(h2 ? Escape.NONE : Escape.UNLESS_STANDARD);
            case '"' -> quoted('"');
            case '`' -> h2 ? quoted('`') : symbol(c, 1);
            case '?' -> question();
            case '$' -> dollar();
            case '.' -> isDigit(position + 1) ? number() : symbol(c, 1);
            case ':' -> charAt(position + 1) == ':' ? symbol(CAST, 2) : symbol(c, 1);
            case '[' -> bracket();
            case '#' -> pound();
            default -> c > ' ' && c < 127 ? symbol(c, 1) : foreign(c);
        };
    }

    /** Where the current token begins. */
    int start() {
        return start;
    }

    /** Where the current token ends, exclusive. */
    int end() {
        return position;
    }

    /** The character of the current {@link #SYMBOL}. */
    char symbol() {
        return symbol;
    }

    /** Whether the text depends on a setting of the server that is not known here. */
    boolean isAmbiguous() {
        return ambiguous;
    }

    /** Whether a parameter names its index, as {@code ?2} or {@code $2}. */
    boolean hasIndexedParameters() {
        return indexed;
    }

    /** Whether the text could not be read to its end. */
    boolean isBroken() {
        return trouble != null;
    }

    /** Why the text is {@link #BROKEN}. */
    String trouble() {
        return trouble == null ? "cannot be read" : trouble;
    }

    /** How many leading comments are Weir's hints. */
    int hints() {
        return hints;
    }

    /** The words of the first hint, between {@code weir:} and the end of its comment. */
    String hint() {
        return sql.substring(hintStart, hintEnd);
    }

    private byte word(char first) {
        int i = identifierEnd(position + 1);
        if (i == position + 1 && i < length && sql.charAt(i) == '\'') {
            Escape escape = prefix(first);
            if (escape != Escape.NO_PREFIX) {
                position = i;
                return string(escape);
            }
        }
        if (i == position + 1 && (first | 0x20) == 'u' && charAt(i) == '&') {
            char quote = charAt(i + 1);
            if (quote == '\'') {
                position = i + 1;
                return string(Escape.NONE);
            }
            if (quote == '"') {
                position = i + 1;
                ambiguous = true;
                return quoted('"');
            }
        }
        position = i;
        return WORD;
    }

    private int identifierEnd(int from) {
        int i = from;
        while (i < length) {
            char c = sql.charAt(i);
            if (c < 128) {
                if ((CLASSES[c] & IDENTIFIER_PART) == 0) {
                    break;
                }
                i++;
            } else if (h2) {
                int point = sql.codePointAt(i);
                if (!Character.isJavaIdentifierPart(point)) {
                    break;
                }
                i += Character.charCount(point);
            } else {
                i++;
            }
        }
        return i;
    }

    private Escape prefix(char letter) {
        return switch (letter) {
            case 'x', 'X', 'n', 'N' -> Escape.NONE;
            case 'b', 'B' -> h2 ? Escape.NO_PREFIX : Escape.NONE;
            case 'e', 'E' -> h2 ? Escape.NO_PREFIX : Escape.BACKSLASH;
            default -> Escape.NO_PREFIX;
        };
    }

    private byte string(Escape escape) {
        int i = position + 1;
        while (true) {
            int quote = sql.indexOf('\'', i);
            if (quote < 0) {
                return broken("a string is not closed");
            }
            if (escape != Escape.NONE && isEscaped(quote, i)) {
                if (escape == Escape.BACKSLASH) {
                    i = quote + 1;
                    continue;
                }
                ambiguous |= !isLoneBackslash(quote);
            }
            if (charAt(quote + 1) != '\'') {
                position = quote + 1;
                return STRING;
            }
            i = quote + 2;
        }
    }

    /** {@code '\'}, as in LIKE ? ESCAPE '\', which frameworks write for servers with standard strings only. */
    private boolean isLoneBackslash(int quote) {
        return quote == position + 2 && charAt(quote + 1) != '\'';
    }

    private boolean isEscaped(int quote, int from) {
        int i = quote;
        while (i > from && sql.charAt(i - 1) == '\\') {
            i--;
        }
        return ((quote - i) & 1) == 1;
    }

    private byte quoted(char quote) {
        int i = position + 1;
        while (true) {
            int close = sql.indexOf(quote, i);
            if (close < 0) {
                return broken("a quoted identifier is not closed");
            }
            if (charAt(close + 1) != quote) {
                position = close + 1;
                return QUOTED;
            }
            i = close + 2;
        }
    }

    private byte number() {
        int i = position;
        char second = charAt(i + 1);
        if (sql.charAt(i) == '0' && (second | 0x20) == 'x' && Character.digit(charAt(i + 2), 16) >= 0) {
            i += 3;
            while (Character.digit(charAt(i), 16) >= 0
                    || (charAt(i) == '_' && Character.digit(charAt(i + 1), 16) >= 0)) {
                i++;
            }
        } else {
            i = digits(i);
            if (charAt(i) == '.') {
                i = digits(i + 1);
            }
            if ((charAt(i) | 0x20) == 'e') {
                int sign = charAt(i + 1) == '+' || charAt(i + 1) == '-' ? 1 : 0;
                if (isDigit(i + 1 + sign)) {
                    i = digits(i + 1 + sign);
                }
            }
        }
        if (h2 && (charAt(i) | 0x20) == 'l') {
            i++;
        }
        position = i;
        return NUMBER;
    }

    private int digits(int from) {
        int i = from;
        while (isDigit(i) || (charAt(i) == '_' && i > from && isDigit(i + 1))) {
            i++;
        }
        return i;
    }

    private byte question() {
        char second = charAt(position + 1);
        if (second == '?') {
            if (h2) {
                return broken("a trigraph");
            }
            return symbol('?', 2);
        }
        position++;
        return parameterIndex();
    }

    private byte dollar() {
        char second = charAt(position + 1);
        if (second >= '0' && second <= '9') {
            position++;
            return parameterIndex();
        }
        int close = h2 ? (second == '$' ? position + 1 : -1) : dollarTagEnd();
        if (close < 0) {
            return broken("a lone $");
        }
        String tag = sql.substring(position, close + 1);
        int end = sql.indexOf(tag, close + 1);
        if (end < 0) {
            return broken("a dollar-quoted string is not closed");
        }
        position = end + tag.length();
        return STRING;
    }

    private int dollarTagEnd() {
        int i = position + 1;
        while (i < length) {
            char c = sql.charAt(i);
            if (c == '$') {
                return i;
            }
            boolean part = c >= 128 || (CLASSES[c] & IDENTIFIER_PART) != 0;
            if (!part || (i == position + 1 && isDigit(i))) {
                return -1;
            }
            i++;
        }
        return -1;
    }

    private byte parameterIndex() {
        while (isDigit(position)) {
            position++;
            indexed = true;
        }
        return PARAMETER;
    }

    /** Brackets quote identifiers in one mode of H2 and index arrays in the others: only what means the same in both is clear. */
    private byte bracket() {
        ambiguous |= h2 && !isPlainIndex();
        return symbol('[', 1);
    }

    /** One word, number or parameter, or numbers in a row: no quoted identifier of this spelling has effects. */
    private boolean isPlainIndex() {
        int i = position + 1;
        while (i < length && (isIdentifierPart(sql.charAt(i)) || sql.charAt(i) == '?')) {
            i++;
        }
        while (isDigit(i) || charAt(i) == ',' || charAt(i) == ' ') {
            i++;
        }
        return charAt(i) == ']';
    }

    private byte pound() {
        if (h2) {
            ambiguous = true;
        }
        return symbol('#', 1);
    }

    private byte foreign(char c) {
        if (c < 128) {
            return broken("a control character");
        }
        if (h2) {
            int point = sql.codePointAt(position);
            if (!Character.isJavaIdentifierStart(point)) {
                return broken("an unexpected character");
            }
            position = identifierEnd(position + Character.charCount(point));
        } else {
            position = identifierEnd(position + 1);
        }
        return WORD;
    }

    private byte symbol(char c, int width) {
        symbol = c;
        position += width;
        return SYMBOL;
    }

    private byte broken(String reason) {
        trouble = reason;
        position = length;
        return BROKEN;
    }

    /** Skips white space and comments; false if a comment is not closed. */
    private boolean skipBlanks() {
        while (position < length) {
            char c = sql.charAt(position);
            if (isBlank(c)) {
                position++;
            } else if (c == '-' && charAt(position + 1) == '-') {
                skipLine();
            } else if (c == '/' && charAt(position + 1) == '/' && h2) {
                skipLine();
            } else if (c == '/' && charAt(position + 1) == '*') {
                if (!skipComment()) {
                    return false;
                }
            } else {
                return true;
            }
        }
        return true;
    }

    private boolean isBlank(char c) {
        return c < 128 ? (CLASSES[c] & SPACE) != 0 : h2 && Character.isSpaceChar(c);
    }

    private void skipLine() {
        while (position < length && sql.charAt(position) != '\n' && sql.charAt(position) != '\r') {
            position++;
        }
    }

    private boolean skipComment() {
        int from = position + 2;
        int depth = 1;
        int i = from;
        while (i + 1 < length) {
            char c = sql.charAt(i);
            if (c == '*' && sql.charAt(i + 1) == '/') {
                i += 2;
                if (--depth == 0) {
                    if (leading) {
                        noteHint(from, i - 2);
                    }
                    position = i;
                    return true;
                }
            } else if (c == '/' && sql.charAt(i + 1) == '*') {
                depth++;
                i += 2;
            } else {
                i++;
            }
        }
        broken("a comment is not closed");
        return false;
    }

    private void noteHint(int from, int to) {
        int i = from;
        while (i < to && isBlank(sql.charAt(i))) {
            i++;
        }
        if (sql.regionMatches(true, i, "weir:", 0, 5) && i + 5 <= to && hints++ == 0) {
            hintStart = i + 5;
            hintEnd = to;
        }
    }

    private char charAt(int i) {
        return i < length ? sql.charAt(i) : '\0';
    }

    private boolean isDigit(int i) {
        return i < length && sql.charAt(i) >= '0' && sql.charAt(i) <= '9';
    }

    private static boolean isIdentifierPart(char c) {
        return c < 128 && (CLASSES[c] & IDENTIFIER_PART) != 0;
    }

    private static byte[] classes() {
        byte[] classes = new byte[128];
        for (char c : " \t\n\r\f\u000b".toCharArray()) {
            classes[c] = SPACE;
        }
        for (char c = 0; c < 128; c++) {
            if (c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
                classes[c] = IDENTIFIER_START | IDENTIFIER_PART;
            } else if (c == '$' || (c >= '0' && c <= '9')) {
                classes[c] = IDENTIFIER_PART;
            }
        }
        return classes;
    }

    /** How a backslash counts before the quote that might close a string. */
    private enum Escape {
        /** It is text. */
        NONE,
        /** It is text if {@code standard_conforming_strings} is on, as it is unless someone changed it. */
        UNLESS_STANDARD,
        /** It takes the quote into the string. */
        BACKSLASH,
        /** The letter before the quote is no prefix of a string. */
        NO_PREFIX
    }
}
