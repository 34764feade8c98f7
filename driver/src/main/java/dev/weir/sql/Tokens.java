package dev.weir.sql;

import dev.weir.sql.TableName.Identifier;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tokens of one text, with the parentheses matched. Confined to one thread. */
final class Tokens {
    /** More tokens than this make no query that anyone writes; a data change may have more, for its many rows. */
    private static final int MOST_OF_A_QUERY = 1 << 18;

    /** How many characters a token of an ordinary statement has, with the blank before it. */
    private static final int CHARACTERS_PER_TOKEN = 3;

    private static final int MOST_AT_FIRST = 1024;

    private final String sql;
    private byte[] types;
    private int[] starts;
    private int[] ends;
    private char[] symbols;
    private @Nullable Word[] words;
    private int[] partners;
    private int count;
    private int depth;
    private int deepest;
    private boolean balanced = true;
    private boolean excessive;

    private Tokens(String sql) {
        this.sql = sql;
        int size = Math.min(MOST_AT_FIRST, 8 + sql.length() / CHARACTERS_PER_TOKEN);
        types = new byte[size];
        starts = new int[size];
        ends = new int[size];
        symbols = new char[size];
        words = new @Nullable Word[size];
        partners = new int[size];
    }

    /** Reads all tokens that the lexer still has; the last is followed by nothing if the text is broken. */
    static Tokens read(String sql, Lexer lexer) {
        Tokens tokens = new Tokens(sql);
        int open = -1;
        for (byte type = lexer.next(); type != Lexer.END && type != Lexer.BROKEN; type = lexer.next()) {
            if (tokens.count == MOST_OF_A_QUERY && !tokens.beginsAsChange()) {
                tokens.excessive = true;
                break;
            }
            int i = tokens.add(type, lexer);
            if (type == Lexer.SYMBOL && lexer.symbol() == '(') {
                tokens.partners[i] = open;
                open = i;
                tokens.deepest = Math.max(tokens.deepest, ++tokens.depth);
            } else if (type == Lexer.SYMBOL && lexer.symbol() == ')') {
                if (open < 0) {
                    tokens.balanced = false;
                } else {
                    int outer = tokens.partners[open];
                    tokens.partners[open] = i;
                    tokens.partners[i] = open;
                    open = outer;
                    tokens.depth--;
                }
            }
        }
        tokens.balanced &= open < 0;
        return tokens;
    }

    private boolean beginsAsChange() {
        return is(0, Word.INSERT)
                || is(0, Word.UPDATE)
                || is(0, Word.DELETE)
                || is(0, Word.MERGE)
                || is(0, Word.REPLACE)
                || is(0, Word.UPSERT)
                || is(0, Word.CREATE);
    }

    /** Whether there are more than anyone writes, and the rest was not read. */
    boolean isExcessive() {
        return excessive;
    }

    private int add(byte type, Lexer lexer) {
        if (count == types.length) {
            grow();
        }
        int i = count++;
        types[i] = type;
        starts[i] = lexer.start();
        ends[i] = lexer.end();
        symbols[i] = type == Lexer.SYMBOL ? lexer.symbol() : '\0';
        words[i] = type == Lexer.WORD ? Word.find(sql, lexer.start(), lexer.end()) : null;
        partners[i] = -1;
        return i;
    }

    private void grow() {
        int size = count * 2;
        types = Arrays.copyOf(types, size);
        starts = Arrays.copyOf(starts, size);
        ends = Arrays.copyOf(ends, size);
        symbols = Arrays.copyOf(symbols, size);
        words = Arrays.copyOf(words, size);
        partners = Arrays.copyOf(partners, size);
    }

    /** How many there are. */
    int count() {
        return count;
    }

    /** How deep parentheses nest at most. */
    int deepest() {
        return deepest;
    }

    /** Whether every parenthesis has its partner. */
    boolean isBalanced() {
        return balanced;
    }

    /** The type of a token; {@link Lexer#END} outside the text. */
    byte type(int i) {
        return i >= 0 && i < count ? types[i] : Lexer.END;
    }

    /** The known word that a token is; null if it is none. */
    @Nullable Word word(int i) {
        return i >= 0 && i < count ? words[i] : null;
    }

    /** Whether a token is this word. */
    boolean is(int i, Word word) {
        return i >= 0 && i < count && words[i] == word;
    }

    /** Whether tokens in a row are these words. */
    boolean are(int i, Word first, Word second) {
        return is(i, first) && is(i + 1, second);
    }

    /** Whether a token is this symbol. */
    boolean isSymbol(int i, char symbol) {
        return i >= 0 && i < count && symbols[i] == symbol;
    }

    /** The symbol that a token is; zero if it is none. */
    char symbol(int i) {
        return i >= 0 && i < count ? symbols[i] : '\0';
    }

    /** Whether a token is a name: a word or a quoted identifier. */
    boolean isName(int i) {
        byte type = type(i);
        return type == Lexer.WORD || type == Lexer.QUOTED;
    }

    /** The token that closes the parenthesis opened here, or opened the one closed here; -1 if there is none. */
    int partner(int i) {
        return balanced && i >= 0 && i < count ? partners[i] : -1;
    }

    /** Where a token begins in the text. */
    int start(int i) {
        return starts[i];
    }

    /** Where a token ends in the text, exclusive. */
    int end(int i) {
        return ends[i];
    }

    /** A token as written. */
    String text(int i) {
        return sql.substring(starts[i], ends[i]);
    }

    /** The text from one token to another, both included. */
    String text(int first, int last) {
        return sql.substring(starts[first], ends[last]);
    }

    /** Whether two tokens stand next to each other without a blank. */
    boolean areJoined(int i) {
        return i > 0 && i < count && ends[i - 1] == starts[i];
    }

    /** A name without its quotes, upper-cased: what tells apart names that differ in more than case. */
    String folded(int i) {
        return identifier(i).text().toUpperCase(Locale.ENGLISH);
    }

    /** A name without its quotes, doubled ones undone. */
    Identifier identifier(int i) {
        if (types[i] != Lexer.QUOTED) {
            return new Identifier(text(i), false);
        }
        char quote = sql.charAt(ends[i] - 1);
        if (quote == ']') {
            return new Identifier(sql.substring(starts[i] + 1, ends[i] - 1), true);
        }
        int from = sql.indexOf(quote, starts[i]) + 1;
        String inner = sql.substring(from, ends[i] - 1);
        if (inner.indexOf(quote) >= 0) {
            String one = String.valueOf(quote);
            inner = inner.replace(one + one, one);
        }
        return new Identifier(inner, quote == '"');
    }

    /** What stands for a name in a set of {@link Tables}; 0 if it cannot be told. */
    int nameHash(int i) {
        if (types[i] != Lexer.QUOTED) {
            return Tables.hash(sql, starts[i], ends[i]);
        }
        String text = identifier(i).text();
        return Tables.hash(text, 0, text.length());
    }

    /** How long a name is without its quotes. */
    int nameLength(int i) {
        return types[i] == Lexer.QUOTED ? ends[i] - starts[i] - 2 : ends[i] - starts[i];
    }

    /** Whether a name without its quotes begins with a prefix, in any letter case. */
    boolean nameBegins(int i, String prefix) {
        int first = types[i] == Lexer.QUOTED ? starts[i] + 1 : starts[i];
        return sql.regionMatches(true, first, prefix, 0, prefix.length());
    }

    /** The first character of a name without its quotes. */
    char nameInitial(int i) {
        return sql.charAt(types[i] == Lexer.QUOTED ? starts[i] + 1 : starts[i]);
    }
}
