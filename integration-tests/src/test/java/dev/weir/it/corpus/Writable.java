package dev.weir.it.corpus;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/** A trigger that does what is done to a view of (ID, N) to table A behind it, and tells table B. Confined to one thread. */
public final class Writable implements Trigger {
    @Override
    public void fire(Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
            throws SQLException {
        if (before != null) {
            execute(connection, "DELETE FROM A WHERE ID = ?", before[0]);
        }
        if (after != null) {
            execute(connection, "INSERT INTO A VALUES (?, ?)", after[0], after[1]);
        }
        String what = before == null ? "insert" : after == null ? "delete" : "update";
        execute(connection, "INSERT INTO B(WHAT) VALUES (?)", what);
    }

    private static void execute(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
