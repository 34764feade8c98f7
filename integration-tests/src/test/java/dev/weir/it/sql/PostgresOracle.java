package dev.weir.it.sql;

import dev.weir.it.postgres.PostgresCluster;
import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Runs statements on a standby and on the primary, past Weir, and tells what is wrong with having run them on the standby: an error
 * that the primary does not give, something left in the session, or another result where the primary always gives the same. Confined
 * to one thread.
 */
final class PostgresOracle implements AutoCloseable {
    private static final String LEFT =
            "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())"
                    + " || ' locks, ' || (SELECT count(*) FROM pg_prepared_statements WHERE from_sql) || ' prepared, '"
                    + " || (SELECT count(*) FROM pg_cursors WHERE is_holdable) || ' cursors, '"
                    + " || (SELECT count(*) FROM pg_listening_channels()) || ' channels, '"
                    + " || (SELECT md5(string_agg(name || '=' || setting, ',' ORDER BY name)) FROM pg_settings"
                    + " WHERE source = 'session' AND name NOT IN ('search_path', 'extra_float_digits'))";

    private final Connection standby;
    private final Connection primary;
    private final Connection second;

    PostgresOracle(PostgresCluster cluster) throws SQLException {
        this.standby = cluster.standby1().connect();
        this.primary = cluster.primary().connect();
        this.second = cluster.primary().connect();
    }

    /** Sets the same search path everywhere. */
    void use(String schema) throws SQLException {
        for (Connection connection : new Connection[] {standby, primary, second}) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET search_path = " + schema);
            }
        }
    }

    /**
     * What is wrong with a statement on a standby; null if nothing is.
     *
     * @param complaint what was found, for people
     * @param ran whether the standby executed it without an error
     */
    record Finding(@Nullable String complaint, boolean ran) {}

    Finding judge(String sql) throws SQLException {
        String before = left();
        Outcome there = run(standby, sql);
        String after = left();
        if (!after.equals(before)) {
            return new Finding("left in the standby's session: " + before + " -> " + after, there.error == null);
        }
        Outcome here = run(primary, sql);
        if (there.error != null || here.error != null) {
            boolean same =
                    there.error != null && here.error != null && there.state().equals(here.state());
            return new Finding(same ? null : "standby: " + there + "; primary: " + here, there.error == null);
        }
        boolean random = Pattern.compile("TABLESAMPLE|EXPLAIN", Pattern.CASE_INSENSITIVE)
                .matcher(sql)
                .find();
        if (!random && !there.result.equals(here.result) && here.result.equals(run(second, sql).result)) {
            return new Finding("standby: " + there + "; primary, twice: " + here, true);
        }
        return new Finding(null, true);
    }

    private String left() throws SQLException {
        try (Statement statement = standby.createStatement();
                ResultSet row = statement.executeQuery(LEFT)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Outcome run(Connection connection, String sql) {
        try {
            boolean copies = sql.strip().toUpperCase(Locale.ROOT).startsWith("COPY");
            return new Outcome(copies ? copied(connection, sql) : executed(connection, sql), null);
        } catch (SQLException e) {
            return new Outcome("", e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String copied(Connection connection, String sql) throws SQLException, IOException {
        StringWriter rows = new StringWriter();
        connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, rows);
        return rows.toString();
    }

    private static String executed(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(20);
            if (sql.contains("?")) {
                int parameters = statement.getParameterMetaData().getParameterCount();
                for (int i = 1; i <= parameters; i++) {
                    statement.setNull(i, Types.NULL);
                }
            }
            StringBuilder result = new StringBuilder();
            boolean rows = statement.execute();
            while (rows || statement.getUpdateCount() != -1) {
                if (rows) {
                    append(result, statement.getResultSet());
                }
                rows = statement.getMoreResults();
            }
            return result.toString();
        }
    }

    private static void append(StringBuilder result, ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        while (rows.next()) {
            for (int i = 1; i <= columns; i++) {
                result.append(rows.getString(i)).append('|');
            }
            result.append('\n');
        }
    }

    @Override
    public void close() throws SQLException {
        standby.close();
        primary.close();
        second.close();
    }

    private record Outcome(String result, @Nullable SQLException error) {
        String state() {
            return error == null ? "" : String.valueOf(error.getSQLState());
        }

        @Override
        public String toString() {
            return error == null ? "'" + result.strip() + "'" : state() + " " + error.getMessage();
        }
    }
}
