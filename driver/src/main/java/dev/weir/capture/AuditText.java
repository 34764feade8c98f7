package dev.weir.capture;

import java.util.regex.Pattern;

/** A statement's text as it may be shown to anyone who looks after the database: without literals and comments. Thread-safe. */
final class AuditText {
    private static final int LONGEST = 2_000;
    private static final Pattern IDENTIFIED = Pattern.compile("\\bIDENTIFIED\\s+BY\\s+\\S+", Pattern.CASE_INSENSITIVE);

    private AuditText() {}

    /** The text with {@code ?} for each literal and one blank for each stretch of blanks, cut to 2,000 characters. */
    static String of(String sql) {
        StringBuilder text = new StringBuilder(Math.min(sql.length(), LONGEST));
        int i = 0;
        while (i < sql.length() && text.length() < LONGEST) {
            char c = sql.charAt(i);
            int end = SqlText.afterUnit(sql, i);
            boolean continuesWord = i > 0 && Character.isJavaIdentifierPart(sql.charAt(i - 1));
            while (c == '\'' && end < sql.length() && sql.charAt(end) == '\'') {
                end = SqlText.afterUnit(sql, end); // a quote within
            }
            if (c == '\'' || (c == '$' && end > i + 1)) {
                text.append('?');
            } else if (Character.isDigit(c) && !continuesWord) {
                end = endOfNumber(sql, i);
                text.append('?');
            } else if (Character.isWhitespace(c) || (end > i + 1 && c != '"')) {
                if (text.length() > 0 && text.charAt(text.length() - 1) != ' ') {
                    text.append(' ');
                }
            } else {
                text.append(sql, i, end);
            }
            i = end;
        }
        String shown = IDENTIFIED.matcher(text.toString().strip()).replaceAll("IDENTIFIED BY ?");
        return shown.length() > LONGEST ? shown.substring(0, LONGEST) : shown;
    }

    private static int endOfNumber(String sql, int from) {
        int end = from;
        while (end < sql.length() && (Character.isJavaIdentifierPart(sql.charAt(end)) || sql.charAt(end) == '.')) {
            end++;
        }
        return end;
    }
}
