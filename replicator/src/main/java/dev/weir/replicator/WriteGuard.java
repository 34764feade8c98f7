package dev.weir.replicator;

import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.h2.api.Trigger;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.value.Value;

/**
 * A trigger that refuses changes of a table which do not come through Weir, and so would never reach replicas. An administrator installs it on a primary, table by table:
 *
 * <pre>CREATE TRIGGER ORDERS_GUARD BEFORE INSERT, UPDATE, DELETE ON ORDERS CALL 'dev.weir.replicator.WriteGuard'</pre>
 *
 * <p>It changes nothing and costs Weir's own statements no other way of being logged. TRUNCATE and schema changes fire no triggers. Whoever means to bypass it sets the variable {@value WeirSchema#CAPTURED} in his session. Thread-safe.
 */
public final class WriteGuard implements Trigger {
    private String table = "";

    /** H2 makes one for each trigger. */
    public WriteGuard() {}

    @Override
    public void init(Connection connection, String schema, String trigger, String name, boolean before, int type) {
        table = schema + "." + name;
    }

    /** @throws SQLException 42501 if the session is not one of Weir's */
    @Override
    public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
        if (!(connection instanceof JdbcConnection own
                && own.getSession() instanceof SessionLocal session
                && isMarked(session))) {
            throw new SQLException(
                    "Table " + table
                            + " is replicated, and this change would bypass the log: the session is not one of Weir's."
                            + " Connect with jdbc:weir:h2: instead of jdbc:h2:",
                    "42501");
        }
    }

    /** Names of variables follow the case that the database gives to names. */
    private static boolean isMarked(SessionLocal session) {
        return session.getVariable(WeirSchema.CAPTURED).getValueType() != Value.NULL
                || session.getVariable(WeirSchema.CAPTURED.toLowerCase(Locale.ROOT))
                                .getValueType()
                        != Value.NULL;
    }
}
