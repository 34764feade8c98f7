package dev.weir.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code RUNSCRIPT}, whose statements are executed one by one as if the application had. The primary reads the file, as H2 does, so it needs an administrator. Immutable.
 *
 * @param file an expression
 * @param charset an expression
 */
record RunScript(String file, String charset) {
    /** H2: a file that is not there, among others. */
    private static final int IO_ERROR = 90031;

    private static final Pattern COMMAND = Pattern.compile(
            "RUNSCRIPT\\s+FROM\\s+('(?:[^']|'')*')(?:\\s+CHARSET\\s+('(?:[^']|'')*'))?", Pattern.CASE_INSENSITIVE);

    /** The command; null if it has another form, such as a compressed or encrypted file. */
    static @Nullable RunScript of(String sql) {
        Matcher command = COMMAND.matcher(SqlText.withoutEnd(SqlText.fromFirstWord(SqlText.withoutComments(sql))));
        if (!command.matches()) {
            return null;
        }
        String charset = command.group(2);
        return new RunScript(String.valueOf(command.group(1)), charset == null ? "'UTF-8'" : charset);
    }

    /** Executes one statement of the script. */
    interface Execution {
        void execute(String sql) throws SQLException;
    }

    /**
     * Executes the script up to the first statement that fails.
     *
     * @return how many statements it has
     */
    long run(Connection primary, Execution execution) throws SQLException {
        ScriptText script = new ScriptText(read(primary));
        long executed = 0;
        for (String sql = script.next(); sql != null; sql = script.next()) {
            execution.execute(sql);
            executed++;
        }
        return executed;
    }

    private String read(Connection primary) throws SQLException {
        try (PreparedStatement statement = primary.prepareStatement("SELECT FILE_READ(" + file + ", " + charset + ")");
                ResultSet content = statement.executeQuery()) {
            content.next();
            String text = content.getString(1);
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (SQLException e) {
            throw e.getErrorCode() == IO_ERROR
                    ? new SQLNonTransientException(
                            "The script " + file + " cannot be read by the primary: " + e.getMessage(), "58030", e)
                    : e;
        }
    }
}
