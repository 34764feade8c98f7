package dev.weir.log;

import org.jspecify.annotations.Nullable;

/**
 * The session settings that the meaning of a logged SQL text depends on. Immutable.
 *
 * @param schema the current schema, in the database's own case; null for PUBLIC
 * @param searchPath the arguments of SET SCHEMA_SEARCH_PATH as written; null if none is set
 * @param timeZone the argument of SET TIME ZONE without quotes; null for the server's default zone
 * @param mode the compatibility mode; null for REGULAR. It belongs to the database, so it is compared, not set
 */
public record SessionContext(
        @Nullable String schema,
        @Nullable String searchPath,
        @Nullable String timeZone,
        @Nullable String mode) {
    /** Schema PUBLIC, no search path, the server's time zone, mode REGULAR. */
    public static final SessionContext DEFAULT = new SessionContext(null, null, null, null);

    public SessionContext withSchema(@Nullable String newSchema) {
        return new SessionContext(newSchema, searchPath, timeZone, mode);
    }
}
