package dev.weir.it.consistency;

import dev.weir.it.WeirNodes;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** An application in a JVM of its own that does what the lines of its input say, and answers each with one line. */
public final class PeerMain {
    private PeerMain() {}

    /**
     * Connects and serves until its input ends.
     *
     * @param arguments URL, user, password
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Connection connection = arguments.length == 1
                ? DriverManager.getConnection(arguments[0])
                : DriverManager.getConnection(arguments[0], arguments[1], arguments[2])) {
            System.out.println("ready");
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                int blank = order.indexOf(' ');
                String verb = blank < 0 ? order : order.substring(0, blank);
                System.out.println(answer(verb, order.substring(blank + 1), connection));
            }
        }
    }

    private static String answer(String verb, String rest, Connection connection) {
        try {
            return switch (verb) {
                case "execute" -> execute(connection, rest);
                case "number" -> Long.toString(number(connection, rest));
                case "token" -> connection.getClientInfo("weir.token");
                case "adopt" -> {
                    connection.setClientInfo("weir.token", rest);
                    yield "adopted";
                }
                case "replicaReads" -> Long.toString(WeirNodes.replicaReads(connection));
                case "watch" -> watch(connection, rest);
                default -> "unknown order " + verb;
            };
        } catch (SQLException e) {
            return "error " + e.getSQLState() + " " + e.getMessage();
        }
    }

    private static String execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "done";
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Reads again and again for some milliseconds; tells when each read began, in the machine's monotonic time, and what it saw. */
    private static String watch(Connection connection, String rest) throws SQLException {
        int blank = rest.indexOf(' ');
        long until = System.nanoTime() + Long.parseLong(rest.substring(0, blank)) * 1_000_000;
        StringBuilder seen = new StringBuilder();
        while (System.nanoTime() - until < 0) {
            long began = System.nanoTime();
            long value = number(connection, rest.substring(blank + 1));
            seen.append(began).append('=').append(value).append(' ');
        }
        return seen.toString();
    }
}
