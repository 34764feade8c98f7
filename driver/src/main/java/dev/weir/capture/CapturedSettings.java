package dev.weir.capture;

import dev.weir.log.SessionContext;
import dev.weir.log.WeirSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The settings of one capturing connection's session that decide what its statements mean, here and on replicas. Confined to one connection. */
final class CapturedSettings {
    /** Asked of the session itself, since a pooled connection may carry the settings of its last user; in the same trip it is marked for guards. */
    private static final String SETTINGS =
            "SELECT CURRENT_SCHEMA, TO_CHAR(LOCALTIMESTAMP, 'TZR'), SET(@" + WeirSchema.CAPTURED + ", TRUE)";

    private final Connection physical;
    private final PrimaryStore store;
    private boolean known;
    private boolean foreign;
    private String schema = "PUBLIC";
    private SessionContext context = SessionContext.DEFAULT;
    private @Nullable String searchPath;
    private final Set<String> unreadable = new TreeSet<>();

    CapturedSettings(Connection physical, PrimaryStore store) {
        this.physical = physical;
        this.store = store;
    }

    /** The current schema, as last read. */
    String schema() {
        return schema;
    }

    /** What travels with the log entry, as last read. */
    SessionContext context() {
        return context;
    }

    /** Whether something was set that may change what a statement's text means and does not travel. */
    boolean isForeign() {
        return foreign;
    }

    void setForeign() {
        foreign = true;
    }

    /** Notes that a setting was made which decides how texts are read. */
    void setUnreadable(String setting, boolean on) {
        foreign = true;
        if (on) {
            unreadable.add(setting);
        } else {
            unreadable.remove(setting);
        }
    }

    /** The setting because of which no other session may understand this one's texts; null if there is none. */
    @Nullable String unreadable() {
        return unreadable.isEmpty() ? null : String.join(" and ", unreadable);
    }

    void setSearchPath(@Nullable String path) {
        searchPath = path;
        changed();
    }

    /** The schema or another setting may have changed, so it is read again before it matters. */
    void changed() {
        known = false;
    }

    /** Reads them unless they are known. */
    void read() throws SQLException {
        if (known) {
            return;
        }
        try (Statement statement = physical.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            row.next();
            schema = row.getString(1);
            // The zone is always named, since a replica's server may have another default.
            context = new SessionContext(
                    schema.equals("PUBLIC") ? null : schema,
                    searchPath,
                    row.getString(2),
                    store.catalog(physical).settings().mode());
            known = true;
        }
    }
}
