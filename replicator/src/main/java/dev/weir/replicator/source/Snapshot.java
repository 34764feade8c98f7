package dev.weir.replicator.source;

import dev.weir.log.ReplaySql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A consistent copy of a running primary as SQL text, for stores of every kind: {@code SCRIPT SIMPLE} in a session of isolation level SNAPSHOT.
 * The script carries WEIR.HEAD, so the copy knows its own position; it carries no other table of schema WEIR. Confined to one thread.
 */
public final class Snapshot implements AutoCloseable {
    /** Receives the script's statements in order. */
    @FunctionalInterface
    public interface Sink {
        void accept(String statement) throws SQLException;
    }

    private final PatientSession session;
    private final Connection connection;

    /** @param session its own, which it closes */
    Snapshot(PatientSession session) {
        this.session = session;
        this.connection = session.connection();
    }

    /**
     * Streams the script. Writers go on meanwhile; a schema change that runs meanwhile spoils the copy.
     *
     * @return whether the copy is sound; if not, discard what the sink got and stream again
     */
    public boolean stream(Sink sink) throws SQLException {
        connection.setAutoCommit(false);
        Sessions.execute(connection, "SET LOCK_TIMEOUT 60000");
        long before = settledSchema();
        Sessions.execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SNAPSHOT");
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(1000);
            try (ResultSet lines =
                    statement.executeQuery("SCRIPT SIMPLE COLUMNS TABLE " + String.join(", ", tables()))) {
                // H2 has made the whole script by now; ending the transaction frees the tables for schema changes.
                connection.rollback();
                while (lines.next()) {
                    String line = lines.getString(1);
                    if (!line.startsWith("--")) {
                        sink.accept(line);
                    }
                }
            }
        }
        Sessions.execute(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED");
        return settledSchema() == before;
    }

    /** The LSN of the newest schema change, read when none is in progress. */
    private long settledSchema() throws SQLException {
        Sessions.execute(connection, "SELECT ID FROM WEIR.DDL_LOCK FOR UPDATE");
        long lsn = Sessions.queryLong(connection, "SELECT SCHEMA_LSN FROM WEIR.HEAD WHERE ID = 1 FOR UPDATE");
        connection.rollback();
        return lsn;
    }

    private List<String> tables() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES"
                        + " WHERE UPPER(TABLE_SCHEMA) <> 'INFORMATION_SCHEMA' AND TABLE_TYPE NOT LIKE '%TEMPORARY%'"
                        + " AND (UPPER(TABLE_SCHEMA) <> 'WEIR' OR UPPER(TABLE_NAME) = 'HEAD')")) {
            while (rows.next()) {
                names.add(ReplaySql.quote(rows.getString(1)) + "." + ReplaySql.quote(rows.getString(2)));
            }
        }
        connection.rollback();
        return names;
    }

    @Override
    public void close() {
        session.close();
    }
}
