package dev.weir.sql;

import org.jspecify.annotations.Nullable;

/**
 * One pass over an SQL text that yields its tokens by the lexical rules of one dialect. It allocates nothing per token, does not
 * recurse and reads each character a bounded number of times. Where a setting of the server that is not known decides what a text
 * means, {@link #isAmbiguous} says so. What both dialects have in common is here; subclasses have the rest. Confined to one thread.
 */
abstract class Lexer {
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

    final String sql;
    final int length;

    int position;
    boolean ambiguous;
    private int start;
    private char symbol;
    private boolean indexed;
    private @Nullable String trouble;
    private int hintStart = -1;
    private int hintEnd;
    private int hints;
    private boolean leading = true;
    private boolean literals;

    Lexer(String sql) {
        this.sql = sql;
        this.length = sql.length();
    }

    static Lexer of(String sql, Syntax syntax) {
        return syntax.isH2() ? new H2Lexer(sql, syntax) : new PostgresLexer(sql);
    }

    /** Reads a token that begins with a character which the dialects treat differently. */
    abstract byte special(char c);

    /** Reads a word that begins with a character outside ASCII, if such a one may begin it. */
    abstract byte foreignWord();

    /** Where a character outside ASCII that is part of a name ends; the same position if it is none. */
    abstract int foreignPartEnd(int from);

    /** Whether a character outside ASCII is white space. */
    abstract boolean isForeignBlank(char c);

    /** Whether two slashes begin a comment. */
    abstract boolean hasSlashComments();

    /** What a letter before a quote makes of the string. */
    abstract Escape prefix(char letter);

    /** How a backslash counts in a string without prefix. */
    abstract Escape plainString();

    /** Whether the letter may end a number. */
    abstract boolean isNumberSuffix(char letter);

    /**
     * Moves to the next token and returns its type. Literals in a row, as in the list of an IN, count as one: no verdict depends on
     * how many there are.
     */
    byte next() {
        byte type = one();
        if (type == STRING || type == NUMBER) {
            literals = true;
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

    /** Whether a literal was among the tokens so far. */
    final boolean hasSeenLiterals() {
        return literals;
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
        if (c < 128 && Letters.beginsName(c)) {
            return word(c);
        }
        if (c >= '0' && c <= '9') {
            return number();
        }
        return switch (c) {
            case '\'' -> string(plainString());
            case '"' -> quoted('"');
            case '.' -> isDigit(position + 1) ? number() : symbol(c, 1);
            case ':' -> charAt(position + 1) == ':' ? symbol(CAST, 2) : symbol(c, 1);
            case '`', '?', '$', '[', '#' -> special(c);
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

    int identifierEnd(int from) {
        int i = from;
        while (i < length) {
            char c = sql.charAt(i);
            int next = c < 128 ? (Letters.isInName(c) ? i + 1 : i) : foreignPartEnd(i);
            if (next == i) {
                break;
            }
            i = next;
        }
        return i;
    }

    final byte string(Escape escape) {
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

    final byte quoted(char quote) {
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
        int end = Numbers.end(sql, position);
        position = isNumberSuffix(charAt(end)) ? end + 1 : end;
        return NUMBER;
    }

    /** Reads a dollar-quoted string whose opening tag ends before the position. */
    final byte dollarString(int tagEnd) {
        String tag = sql.substring(position, tagEnd);
        int end = sql.indexOf(tag, tagEnd);
        if (end < 0) {
            return broken("a dollar-quoted string is not closed");
        }
        position = end + tag.length();
        return STRING;
    }

    /** Reads a parameter of whose mark the first character is at the position. */
    final byte parameter() {
        position++;
        while (isDigit(position)) {
            position++;
            indexed = true;
        }
        return PARAMETER;
    }

    private byte foreign(char c) {
        return c < 128 ? broken("a control character") : foreignWord();
    }

    final byte symbol(char c, int width) {
        symbol = c;
        position += width;
        return SYMBOL;
    }

    final byte broken(String reason) {
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
            } else if (c == '/' && charAt(position + 1) == '/' && hasSlashComments()) {
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
        return c < 128 ? Letters.isBlank(c) : isForeignBlank(c);
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

    final char charAt(int i) {
        return i < length ? sql.charAt(i) : '\0';
    }

    final boolean isDigit(int i) {
        return i < length && sql.charAt(i) >= '0' && sql.charAt(i) <= '9';
    }

    /** How a backslash counts before the quote that might close a string. */
    enum Escape {
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
