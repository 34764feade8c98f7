package dev.weir.it.hazards;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The open sessions of one case, and the texts that they have committed, in the order of their commits. Confined to one thread. */
final class SessionSteps implements AutoCloseable {
    /** Opens a session. */
    @FunctionalInterface
    interface Sessions {
        Connection open() throws SQLException;
    }

    private final Sessions sessions;
    private final String schema;
    private final Map<Integer, Connection> open = new HashMap<>();
    private final Map<Integer, List<String>> pending = new HashMap<>();
    private final List<String> committed = new ArrayList<>();

    SessionSteps(Sessions sessions, String schema) {
        this.sessions = sessions;
        this.schema = schema;
    }

    /** Executes one statement in a session; SERIALIZABLE raises its isolation level. Savepoints are not in the log of texts, which is written at the commit. */
    void execute(int session, String sql) throws SQLException {
        Connection connection = connection(session);
        switch (sql) {
            case "BEGIN" -> connection.setAutoCommit(false);
            case "COMMIT" -> {
                connection.commit();
                connection.setAutoCommit(true);
                committed.addAll(pending(session));
                pending(session).clear();
            }
            case "ROLLBACK" -> {
                connection.rollback();
                connection.setAutoCommit(true);
                pending(session).clear();
            }
            case "SERIALIZABLE" -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            default -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
                if (sql.startsWith("SAVEPOINT") || sql.startsWith("ROLLBACK TO")) {
                    return;
                }
                (connection.getAutoCommit() ? committed : pending(session)).add(sql);
            }
        }
    }

    private List<String> pending(int session) {
        return pending.computeIfAbsent(session, number -> new ArrayList<>());
    }

    private Connection connection(int session) throws SQLException {
        Connection known = open.get(session);
        if (known != null) {
            return known;
        }
        Connection connection = sessions.open();
        open.put(session, connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SCHEMA " + schema);
        }
        return connection;
    }

    /** The texts in the order of their commits, as a log of statements would hold them. */
    List<String> committed() {
        return List.copyOf(committed);
    }

    @Override
    public void close() throws SQLException {
        for (Connection connection : open.values()) {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            connection.close();
        }
    }
}
