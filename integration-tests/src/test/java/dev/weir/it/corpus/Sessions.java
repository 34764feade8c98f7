package dev.weir.it.corpus;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** The numbered sessions of one script on one database. Confined to one thread. */
final class Sessions implements AutoCloseable {
    /** Opens a session. */
    @FunctionalInterface
    interface Opener {
        Connection open() throws SQLException;
    }

    private final Opener opener;
    private final String schema;
    private final boolean prepared;
    private final Map<Integer, Connection> open = new HashMap<>();
    private int current = 1;

    /** @param prepared whether statements are executed as prepared ones */
    Sessions(Opener opener, String schema, boolean prepared) {
        this.opener = opener;
        this.schema = schema;
        this.prepared = prepared;
    }

    /** Follows a line that speaks to the runner. */
    void direct(String directive) throws SQLException {
        String[] words = directive.split(" ", -1);
        switch (words[0]) {
            case "@session" -> current = Integer.parseInt(words[1]);
            case "@autocommit" -> connection().setAutoCommit(words[1].equals("on"));
            case "@commit" -> connection().commit();
            case "@rollback" -> connection().rollback();
            default -> throw new IllegalArgumentException(directive);
        }
    }

    Outcome execute(String sql) throws SQLException {
        Connection connection = connection();
        try {
            if (prepared) {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    return outcome(statement, statement.execute());
                }
            }
            try (Statement statement = connection.createStatement()) {
                return outcome(statement, statement.execute(sql));
            }
        } catch (SQLException e) {
            return Outcome.of(e);
        }
    }

    private static Outcome outcome(Statement statement, boolean rows) throws SQLException {
        if (!rows) {
            return new Outcome.Count(statement.getLargeUpdateCount());
        }
        try (ResultSet result = statement.getResultSet()) {
            return Outcome.of(result);
        }
    }

    private Connection connection() throws SQLException {
        Connection known = open.get(current);
        if (known != null) {
            return known;
        }
        Connection connection = opener.open();
        open.put(current, connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SCHEMA " + schema);
        }
        return connection;
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
