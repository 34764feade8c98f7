package dev.weir.jdbc;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A transaction opened by SQL. Immutable.
 *
 * @param isReadOnly whether it is declared so
 * @param modes what follows BEGIN or START TRANSACTION, to be given to SET TRANSACTION; null if nothing does
 * @param isByText whether its node has begun it within a text of several statements, so that only SQL ends it
 */
record SqlBegin(boolean isReadOnly, @Nullable String modes, boolean isByText) {
    /** One that a text of several statements has begun. */
    static final SqlBegin BY_TEXT = new SqlBegin(false, null, true);

    /** A pattern of white space and comments. */
    static final String GAP = "(?:\\s|--[^\\n]*(?:\\n|\\z)|/\\*.*?\\*/)*";

    private static final Pattern HEAD = Pattern.compile(
            "\\A[\\s;]*" + GAP + "(?:BEGIN" + GAP + "(?:WORK\\b|TRANSACTION\\b)?|START" + GAP + "TRANSACTION\\b)" + GAP,
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    static SqlBegin of(String sql, boolean isReadOnly) {
        Matcher head = HEAD.matcher(sql);
        String rest = head.find() ? sql.substring(head.end()).replaceAll("[\\s;]+\\z", "") : "";
        return new SqlBegin(isReadOnly, rest.isEmpty() ? null : rest, false);
    }
}
