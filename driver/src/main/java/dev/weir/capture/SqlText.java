package dev.weir.capture;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What capture needs to know of a statement's text beyond its classification. Thread-safe. */
final class SqlText {
    /** The schema's name before a dot, or as the object of a statement about schemas, or everything being dropped. */
    private static final Pattern TOUCHES_WEIR = Pattern.compile(
            "\"?\\bWEIR\\b\"?\\s*\\.|\\bSCHEMA\\s+(IF\\s+(NOT\\s+)?EXISTS\\s+)?\"?WEIR\\b|\\bDROP\\s+ALL\\s+OBJECTS\\b",
            Pattern.CASE_INSENSITIVE);

    /** A doubled quote ends one literal and begins another, which is the same for whoever takes them all out. */
    private static final Pattern LITERAL = Pattern.compile("'[^']*+'|(?<![\\w$])\\$\\$.*?\\$\\$", Pattern.DOTALL);

    private SqlText() {}

    /** The first word in upper case, comments and opening parentheses skipped; empty if the text does not start with one. */
    static String firstWord(String sql) {
        return word(sql, skipBlanks(sql, 0));
    }

    /** The word that follows the first; empty if none does. */
    static String secondWord(String sql) {
        int first = skipBlanks(sql, 0);
        return word(sql, skipBlanks(sql, first + word(sql, first).length()));
    }

    /** Whether it is a query, a CALL or one of JDBC's call escapes, rather than a command that executes text. */
    static boolean startsLikeCallOrQuery(String sql) {
        String start = fromFirstWord(sql);
        return start.startsWith("{")
                || start.startsWith("?")
                || Set.of("CALL", "SELECT", "VALUES", "TABLE", "WITH", "FROM", "EXPLAIN", "SHOW", "HELP")
                        .contains(firstWord(sql));
    }

    /** The text without the semicolons at its end, so that it can stand within another statement. */
    static String withoutEnd(String sql) {
        int end = sql.length();
        while (end > 0 && (sql.charAt(end - 1) == ';' || Character.isWhitespace(sql.charAt(end - 1)))) {
            end--;
        }
        return sql.substring(0, end);
    }

    /** An UPDATE or DELETE that ends after so many rows. */
    static String bounded(String sql, long rows) {
        return withoutEnd(sql) + "\nFETCH FIRST " + rows + " ROWS ONLY";
    }

    /** The text with a blank in place of each comment; what is quoted stays as it is. */
    static String withoutComments(String sql) {
        StringBuilder text = new StringBuilder(sql.length());
        int i = 0;
        while (i < sql.length()) {
            int end = endOfQuoted(sql, i);
            if (end > i) {
                text.append(sql, i, end);
            } else if (sql.startsWith("--", i) || sql.startsWith("//", i)) {
                int line = sql.indexOf('\n', i);
                end = line < 0 ? sql.length() : line;
                text.append(' ');
            } else if (sql.startsWith("/*", i)) {
                end = endOfComment(sql, i);
                text.append(' ');
            } else {
                end = i + 1;
                text.append(sql.charAt(i));
            }
            i = end;
        }
        return text.toString();
    }

    /** Where the quoted text, the comment or the single character that stands at a place ends. */
    static int afterUnit(String sql, int from) {
        int quoted = endOfQuoted(sql, from);
        if (quoted > from) {
            return quoted;
        }
        if (sql.startsWith("--", from) || sql.startsWith("//", from)) {
            int line = sql.indexOf('\n', from);
            return line < 0 ? sql.length() : line;
        }
        return sql.startsWith("/*", from) ? endOfComment(sql, from) : from + 1;
    }

    /** Where what is quoted from a place on ends; the place itself if nothing is quoted there. */
    private static int endOfQuoted(String sql, int from) {
        char quote = sql.charAt(from);
        String closing = quote == '\'' || quote == '"' ? String.valueOf(quote) : sql.startsWith("$$", from) ? "$$" : "";
        if (closing.isEmpty()) {
            return from;
        }
        int close = sql.indexOf(closing, from + closing.length());
        return close < 0 ? sql.length() : close + closing.length();
    }

    /** The text from its first word on, without comments before it. */
    static String fromFirstWord(String sql) {
        return sql.substring(skipBlanks(sql, 0));
    }

    /**
     * Where the parenthesis that opens at a place has been closed, strings and quoted names skipped; the text's end if it is not.
     */
    static int endOfParentheses(String sql, int open) {
        int depth = 0;
        for (int i = open; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (c == '\'' || c == '"') {
                int close = sql.indexOf(c, i + 1);
                i = close < 0 ? sql.length() : close;
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return sql.length();
    }

    /** The first of the names that stands in the text as a word, in any case; null if none does. */
    static @Nullable String mentioned(String sql, Set<String> names) {
        String upper = sql.toUpperCase(Locale.ENGLISH);
        for (String name : names) {
            String wanted = name.toUpperCase(Locale.ENGLISH);
            for (int at = upper.indexOf(wanted); at >= 0; at = upper.indexOf(wanted, at + 1)) {
                int end = at + wanted.length();
                boolean starts = at == 0 || !Character.isJavaIdentifierPart(upper.charAt(at - 1));
                if (starts && (end == upper.length() || !Character.isJavaIdentifierPart(upper.charAt(end)))) {
                    return name;
                }
            }
        }
        return null;
    }

    /** Whether a schema change names schema WEIR or drops everything; may err towards true. */
    static boolean touchesWeir(String sql) {
        return TOUCHES_WEIR
                .matcher(LITERAL.matcher(withoutComments(sql)).replaceAll("''"))
                .find();
    }

    private static String word(String sql, int start) {
        int end = start;
        while (end < sql.length() && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) {
            end++;
        }
        return sql.substring(start, end).toUpperCase(Locale.ENGLISH);
    }

    private static int skipBlanks(String sql, int from) {
        int i = from;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (Character.isWhitespace(c) || c == '(' || c == ';') {
                i++;
            } else if (sql.startsWith("--", i) || sql.startsWith("//", i)) {
                int end = sql.indexOf('\n', i);
                i = end < 0 ? sql.length() : end + 1;
            } else if (sql.startsWith("/*", i)) {
                i = endOfComment(sql, i);
            } else {
                break;
            }
        }
        return i;
    }

    /** Block comments nest in H2. */
    private static int endOfComment(String sql, int start) {
        int depth = 0;
        int i = start;
        while (i < sql.length()) {
            if (sql.startsWith("/*", i)) {
                depth++;
                i += 2;
            } else if (sql.startsWith("*/", i)) {
                depth--;
                i += 2;
                if (depth == 0) {
                    return i;
                }
            } else {
                i++;
            }
        }
        return i;
    }
}
