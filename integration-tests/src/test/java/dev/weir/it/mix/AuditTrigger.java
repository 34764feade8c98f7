package dev.weir.it.mix;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/** Adds a row with a random value to AUDIT for every row that is changed; what it writes is different wherever it runs. */
public final class AuditTrigger implements Trigger {
    @Override
    public void fire(Connection connection, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after)
            throws SQLException {
        Object key = after == null ? (before == null ? null : before[0]) : after[0];
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO AUDIT(ROW_KEY, TICKET) VALUES (?, RANDOM_UUID())")) {
            insert.setObject(1, key);
            insert.executeUpdate();
        }
    }
}
