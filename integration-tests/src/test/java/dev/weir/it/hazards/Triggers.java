package dev.weir.it.hazards;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/** The triggers of the cases, in Java. */
public final class Triggers {
    private Triggers() {}

    /** Writes a random value and the number of audited rows into the second column of the new row. */
    public static final class Stamp implements Trigger {
        @Override
        public void fire(Connection connection, @Nullable Object[] before, @Nullable Object[] after) {
            after[1] = UUID.randomUUID().toString();
        }
    }

    /** Adds a row with a time and a random value to AUDIT for every row that is changed, and counts them in TOTAL. */
    public static final class Audit implements Trigger {
        @Override
        public void fire(
                Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
                throws SQLException {
            Object key = after == null ? (before == null ? null : before[0]) : after[0];
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO AUDIT(ROW_KEY, SEEN, TICKET) VALUES (?, (SELECT COUNT(*) FROM AUDIT), RANDOM_UUID())")) {
                insert.setObject(1, key);
                insert.executeUpdate();
            }
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE TOTAL SET N = N + 1");
            }
        }
    }

    /** Stores a row of view SHOWN in PERSON and NAME, deletes it there, or renames it. */
    public static final class Shown implements Trigger {
        @Override
        public void fire(
                Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
                throws SQLException {
            if (before != null) {
                update(connection, "DELETE FROM PERSON WHERE ID = ?", before[0]);
                update(connection, "DELETE FROM NAME WHERE PERSON = ?", before[0]);
            }
            if (after != null) {
                update(connection, "INSERT INTO PERSON(ID, TICKET) VALUES (?, RANDOM_UUID())", after[0]);
                update(connection, "INSERT INTO NAME(PERSON, NAME) VALUES (?, ?)", after[0], after[1]);
            }
        }
    }

    /** Fails on the key 13, after it has written. */
    public static final class Unlucky implements Trigger {
        @Override
        public void fire(
                Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
                throws SQLException {
            update(connection, "UPDATE TOTAL SET N = N + 1");
            if (after != null && Integer.valueOf(13).equals(after[0])) {
                throw new SQLException("13 is unlucky", "45000");
            }
        }
    }

    /** Counts the reads of its table in READINGS. */
    public static final class Reads implements Trigger {
        @Override
        public void fire(
                Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
                throws SQLException {
            update(connection, "UPDATE PUBLIC.READINGS SET N = N + 1");
        }
    }

    private static void update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }

    /** A procedure that writes. */
    public static int book(Connection connection, int id) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO AUDIT(ROW_KEY, SEEN, TICKET) VALUES (?, 0, RANDOM_UUID())")) {
            insert.setInt(1, id);
            insert.executeUpdate();
        }
        try (Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM AUDIT")) {
            count.next();
            return count.getInt(1);
        }
    }
}
