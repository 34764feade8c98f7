package dev.weir.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an application has set on a logical connection, in order, so that every delegate can be brought to the same state. Confined to
 * one connection.
 */
final class SessionSettings {
    private List<Entry> entries = List.of();
    private long newest;

    /**
     * One setting. A later one with the same key takes its place.
     *
     * @param sequence its number; delegates remember up to which they have been brought
     * @param undone whether the node's pool undoes it when the delegate is returned; otherwise the delegate is not reused
     */
    private record Entry(String key, Setting setting, long sequence, boolean undone) {}

    /** How a setting is made on a delegate. */
    @FunctionalInterface
    interface Setting {
        void applyTo(Connection connection) throws SQLException;
    }

    /** The number of the newest setting; a delegate that has it is up to date. */
    long newest() {
        return newest;
    }

    /** Records a setting that the pool undoes by itself when a connection returns to it. */
    void record(String key, Setting setting) {
        put(key, setting, true);
    }

    /** Records a setting that outlives the pool's own reset. */
    void recordLasting(String key, Setting setting) {
        put(key, setting, false);
    }

    private void put(String key, Setting setting, boolean undone) {
        if (newest == 0) {
            entries = new ArrayList<>();
        }
        entries.removeIf(entry -> entry.key.equals(key));
        entries.add(new Entry(key, setting, ++newest, undone));
    }

    /** Forgets the settings made by SQL, as DISCARD ALL and RESET ALL do. */
    void forgetSql() {
        if (newest != 0) {
            entries.removeIf(entry -> entry.key.startsWith(SessionSql.KEY_PREFIX));
        }
    }

    boolean hasSql() {
        return entries.stream().anyMatch(entry -> entry.key.startsWith(SessionSql.KEY_PREFIX));
    }

    /** Whether a setting newer than a number outlives the pool's reset. */
    boolean hasLastingAfter(long after) {
        return entries.stream().anyMatch(entry -> entry.sequence > after && !entry.undone);
    }

    /** Makes the settings newer than a number on a connection, in order. */
    void applyTo(Connection connection, long after) throws SQLException {
        for (Entry entry : entries) {
            if (entry.sequence > after) {
                entry.setting.applyTo(connection);
            }
        }
    }

    /** A statement that sets session state, kept to be replayed. */
    record SessionSql(String key, String sql) implements Setting {
        static final String KEY_PREFIX = "sql:";

        private static final Pattern ASSIGNMENT =
                Pattern.compile("\\A(SET\\s+(?:SESSION\\s+)?[\\w.@$\"]+)\\s*(?:=|\\bTO\\b)", Pattern.CASE_INSENSITIVE);

        private static final Pattern CLEARING =
                Pattern.compile("\\A\\s*(?:DISCARD|RESET)\\s+ALL\\b", Pattern.CASE_INSENSITIVE);

        private static final Pattern AUTO_COMMIT = Pattern.compile(
                "\\A[\\s;]*SET\\s+AUTOCOMMIT(?:\\s*=|\\s+TO\\b)?\\s*(?:(TRUE|ON|1)|FALSE|OFF|0)[\\s;]*\\z",
                Pattern.CASE_INSENSITIVE);

        /** Statements that give one variable a value share its key, so that the newest replaces the others. */
        static SessionSql of(String sql) {
            String text = sql.strip();
            int assignment = assignment(text);
            return new SessionSql(
                    KEY_PREFIX
                            + (assignment < 0
                                    ? text
                                    : text.substring(0, assignment).strip().toUpperCase(Locale.ROOT)),
                    sql);
        }

        /** Whether it takes back what other statements have set. */
        boolean clearsOthers() {
            return CLEARING.matcher(sql).find();
        }

        /** What H2's {@code SET AUTOCOMMIT} asks for; null if the text is another statement. */
        static @Nullable Boolean autoCommit(String sql) {
            Matcher matcher = AUTO_COMMIT.matcher(sql);
            return matcher.find() ? matcher.group(1) != null : null;
        }

        /** Where {@code SET name} ends in {@code SET name = value} or {@code SET name TO value}; -1 if the text has another form. */
        private static int assignment(String text) {
            Matcher matcher = ASSIGNMENT.matcher(text);
            return matcher.find() ? matcher.end(1) : -1;
        }

        @Override
        public void applyTo(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
