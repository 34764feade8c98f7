package dev.weir.it.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.conformance.CallSequence.Step;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** One connection of a call sequence and what is kept open on it. Confined to one thread. */
final class SequenceRunner implements AutoCloseable {
    private final Opener opener;
    private final String where;
    private final Class<?> targets;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private @Nullable Connection connection;
    private @Nullable Statement kept;
    private @Nullable ResultSet open;
    private @Nullable Savepoint savepoint;

    /**
     * A runner that has no connection yet.
     *
     * @param where a plain read of a table that gives "primary" or "replica"
     * @param targets the class of the target's own connections
     */
    SequenceRunner(Opener opener, String where, Class<?> targets) {
        this.opener = opener;
        this.where = where;
        this.targets = targets;
    }

    /** Opens a connection through Weir. */
    interface Opener {
        Connection open() throws SQLException;
    }

    /** Does one step and checks what it gives. */
    void run(Step step) {
        if (step.eventually()) {
            Awaitility.await(step.toString()).until(() -> outcome(step).equals(step.expected()));
        } else {
            String outcome = outcome(step);
            if (step.expected() == null) {
                assertThat(outcome).as(step.toString()).doesNotStartWith("error");
            } else {
                assertThat(outcome.startsWith(step.expected() + " ") ? step.expected() : outcome)
                        .as(step.toString())
                        .isEqualTo(step.expected());
            }
        }
    }

    private String outcome(Step step) {
        try {
            return done(step.action());
        } catch (SQLException e) {
            return "error " + e.getSQLState() + " " + e.getMessage();
        }
    }

    private String done(String action) throws SQLException {
        int space = action.indexOf(' ');
        String verb = space < 0 ? action : action.substring(0, space);
        String rest = space < 0 ? "" : action.substring(space + 1).strip();
        Connection on = connection();
        switch (verb) {
            case "where" -> {
                return executed(where);
            }
            case "sql" -> {
                return executed(rest);
            }
            case "again" -> {
                return execute(kept(), rest);
            }
            case "prepared" -> {
                return prepared(rest);
            }
            case "query" -> {
                try (Statement statement = on.createStatement()) {
                    return first(statement.executeQuery(rest));
                }
            }
            case "update" -> {
                try (Statement statement = on.createStatement()) {
                    return Integer.toString(statement.executeUpdate(rest));
                }
            }
            case "batch" -> {
                return batch(rest.split("\\|", -1));
            }
            case "keys" -> {
                try (Statement statement = on.createStatement()) {
                    statement.executeUpdate(rest, new String[] {"id"});
                    return first(statement.getGeneratedKeys());
                }
            }
            case "change" -> {
                return change(rest);
            }
            case "clientinfo" -> on.setClientInfo(rest, "x");
            case "warnings" -> {
                return Integer.toString(warnings(on.getWarnings()));
            }
            case "clear" -> on.clearWarnings();
            case "open" -> open = on.createStatement().executeQuery(rest);
            case "next" -> {
                ResultSet rows = open;
                return rows != null && rows.next() ? rows.getString(1) : "end";
            }
            case "autocommit" -> on.setAutoCommit(rest.equals("on"));
            case "readonly" -> on.setReadOnly(rest.equals("on"));
            case "serializable" -> on.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            case "schema" -> on.setSchema(rest);
            case "commit" -> on.commit();
            case "savepoint" -> savepoint = on.setSavepoint();
            case "rollback" -> {
                if (rest.isEmpty()) {
                    on.rollback();
                } else {
                    on.rollback(savepoint);
                }
            }
            case "unwrap" -> on.unwrap(targets);
            case "pooled" -> {
                on.setReadOnly(false);
                on.setAutoCommit(true);
                on.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                on.clearWarnings();
            }
            case "close" -> reconnect();
            default -> throw new IllegalArgumentException("Unknown step: " + action);
        }
        return "done";
    }

    private String batch(String... texts) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            for (String text : texts) {
                statement.addBatch(text.strip());
            }
            return Arrays.toString(statement.executeBatch());
        }
    }

    /** Changes the second column of a query's first row through its result set. */
    private String change(String query) throws SQLException {
        try (Statement statement =
                        connection().createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            rows.updateString(2, "changed");
            rows.updateRow();
            return rows.getString(2);
        }
    }

    private static int warnings(@Nullable SQLWarning first) {
        int count = 0;
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            count++;
        }
        return count;
    }

    private Connection connection() throws SQLException {
        Connection now = connection;
        if (now == null) {
            now = opener.open();
            connection = now;
        }
        return now;
    }

    private Statement kept() throws SQLException {
        Statement statement = kept;
        if (statement == null) {
            statement = connection().createStatement();
            statement.setFetchSize(7);
            statement.setMaxRows(5);
            kept = statement;
        }
        assertThat(statement.getFetchSize()).isEqualTo(7);
        assertThat(statement.getMaxRows()).isEqualTo(5);
        return statement;
    }

    private String executed(String sql) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            return execute(statement, sql);
        }
    }

    private String prepared(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection().prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement.execute() ? first(statement.getResultSet()) : Integer.toString(statement.getUpdateCount());
    }

    private static String execute(Statement statement, String sql) throws SQLException {
        return statement.execute(sql) ? first(statement.getResultSet()) : Integer.toString(statement.getUpdateCount());
    }

    private static String first(ResultSet rows) throws SQLException {
        try (rows) {
            return rows.next() ? String.valueOf(rows.getString(1)).toLowerCase(Locale.ROOT) : "nothing";
        }
    }

    @Override
    public void close() throws SQLException {
        reconnect();
    }

    /** Closes the connection; the next step takes a new one. */
    void reconnect() throws SQLException {
        Connection now = connection;
        connection = null;
        kept = null;
        open = null;
        prepared.clear();
        if (now != null) {
            now.close();
        }
    }
}
