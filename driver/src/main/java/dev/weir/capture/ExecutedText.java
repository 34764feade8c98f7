package dev.weir.capture;

import dev.weir.sql.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The statement that {@code EXECUTE IMMEDIATE} would execute. Confined to one connection. */
final class ExecutedText {
    private static final Pattern IMMEDIATE =
            Pattern.compile("EXECUTE\\s+IMMEDIATE\\b\\s*(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private ExecutedText() {}

    /**
     * The text, computed on the primary.
     *
     * @return null if the statement is another one, or if the text depends on parameters or on more than a plain read gives
     * @throws SQLException as H2 reports it if the expression cannot be computed
     */
    static @Nullable String of(String sql, PrimaryStore store, Connection physical) throws SQLException {
        Matcher immediate = IMMEDIATE.matcher(SqlText.withoutEnd(SqlText.fromFirstWord(SqlText.withoutComments(sql))));
        if (!immediate.matches()) {
            return null;
        }
        String query = "VALUES (" + immediate.group(1) + ")";
        if (store.classify(query).kind() != Kind.READ) {
            return null;
        }
        try (PreparedStatement statement = physical.prepareStatement(query)) {
            if (statement.getParameterMetaData().getParameterCount() > 0) {
                return null;
            }
            try (ResultSet value = statement.executeQuery()) {
                value.next();
                return value.getMetaData().getColumnCount() == 1 ? value.getString(1) : null;
            }
        }
    }
}
