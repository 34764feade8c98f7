package dev.weir.replicator.replica;

import dev.weir.log.ReplaySql;
import dev.weir.log.SessionContext;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The session settings of the applier, changed only when the next statement needs others. Confined to one thread. */
final class ApplySession {
    private final Connection connection;
    private @Nullable String schema;
    private @Nullable String searchPath;
    private @Nullable String timeZone;
    private @Nullable String mode;

    ApplySession(Connection connection, @Nullable String mode) {
        this.connection = connection;
        this.mode = mode;
    }

    /** Whether the database's compatibility mode is another than a statement needs; changing it commits. */
    boolean differsInMode(SessionContext context) {
        return !modeOf(context).equalsIgnoreCase(mode == null ? "REGULAR" : mode);
    }

    /** Sets the database's compatibility mode. Commits. */
    void enterMode(SessionContext context) throws SQLException {
        Sessions.execute(connection, "SET MODE " + modeOf(context));
        mode = context.mode();
    }

    /** Sets everything but the mode. Does not commit. */
    void enter(SessionContext context) throws SQLException {
        if (!Objects.equals(schema, context.schema())) {
            String next = context.schema();
            Sessions.execute(connection, "SET SCHEMA " + (next == null ? "PUBLIC" : ReplaySql.quote(next)));
            schema = next;
        }
        if (!Objects.equals(searchPath, context.searchPath())) {
            String next = context.searchPath();
            // H2 cannot unset a search path. What a statement found in its own schema, it finds there first in any
            // case.
            Sessions.execute(connection, "SET SCHEMA_SEARCH_PATH " + (next == null ? "INFORMATION_SCHEMA" : next));
            searchPath = next;
        }
        if (!Objects.equals(timeZone, context.timeZone())) {
            String next = context.timeZone();
            Sessions.execute(
                    connection, "SET TIME ZONE " + (next == null ? "LOCAL" : "'" + next.replace("'", "''") + "'"));
            timeZone = next;
        }
    }

    private static String modeOf(SessionContext context) {
        String mode = context.mode();
        return mode == null ? "REGULAR" : mode;
    }
}
