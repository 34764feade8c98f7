package dev.weir.capture;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A CREATE TABLE ... AS query taken apart, so that the table can be created empty and then filled by an INSERT whose rows are logged. Immutable.
 *
 * @param table the new table's name as written
 * @param structure the statement that creates it empty
 * @param query what fills it; null if it is to stay empty
 * @param ifNotExists whether nothing is to happen if there is such a table; {@code structure} fails then
 */
record CreateTableAsQuery(
        String table, String structure, @Nullable String query, boolean ifNotExists) {
    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[A-Za-z_][\\w$]*)";
    private static final Pattern HEAD = Pattern.compile(
            "CREATE\\s+(?:(?:CACHED|MEMORY|NOT\\s+PERSISTENT)\\s+)*TABLE\\s+(IF\\s+NOT\\s+EXISTS\\s+)?(" + NAME
                    + "(?:\\s*\\.\\s*" + NAME + ")*)\\s*",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern AS = Pattern.compile("\\bAS\\b\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern DATA = Pattern.compile("\\s+WITH\\s+(NO\\s+)?DATA\\s*$", Pattern.CASE_INSENSITIVE);

    /** The parts; null if the text has another form. */
    static @Nullable CreateTableAsQuery of(String sql) {
        String text = SqlText.fromFirstWord(SqlText.withoutEnd(sql));
        Matcher head = HEAD.matcher(text);
        if (!head.lookingAt()) {
            return null;
        }
        return head.group(1) == null
                ? of(text, head, false)
                : of(text.substring(0, head.start(1)) + text.substring(head.end(1)), true);
    }

    private static @Nullable CreateTableAsQuery of(String text, boolean ifNotExists) {
        Matcher head = HEAD.matcher(text);
        return head.lookingAt() ? of(text, head, ifNotExists) : null;
    }

    private static @Nullable CreateTableAsQuery of(String text, Matcher head, boolean ifNotExists) {
        int afterColumns = text.startsWith("(", head.end()) ? SqlText.endOfParentheses(text, head.end()) : head.end();
        Matcher as = AS.matcher(text);
        if (!as.find(afterColumns) || !text.substring(afterColumns, as.start()).isBlank()) {
            return null;
        }
        Matcher data = DATA.matcher(text);
        boolean hasData = data.find();
        String end = hasData ? text.substring(0, data.start()) : text;
        boolean empty = hasData && data.group(1) != null;
        return new CreateTableAsQuery(
                String.valueOf(head.group(2)),
                end + "\nWITH NO DATA",
                empty ? null : end.substring(as.end()),
                ifNotExists);
    }
}
