package dev.weir.replicator.replica;

import dev.weir.replicator.source.StoreDefinitions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a schema statement of the primary becomes on a replica, where no user but the applier may write and no trigger fires. Pure; thread-safe.
 *
 * <p>Administrators become members of {@link #READERS}; granted rights shrink to SELECT; schemas belong to the applier; triggers are left out, since
 * the log carries what they did; settings that concern only the primary's own process are left out.
 */
final class ReplicaSql {
    /** The role of those who are administrators on the primary; it may read every schema. */
    static final String READERS = StoreDefinitions.READERS;

    private static final String NAME = "(\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*)";
    private static final Pattern LEADING_NOISE =
            Pattern.compile("\\A(?:\\s+|--[^\\n]*(?:\\n|\\z)|/\\*.*?\\*/)+", Pattern.DOTALL);
    private static final Pattern TRAILING_NOISE = Pattern.compile("[\\s;]+\\z");
    private static final Pattern TRIGGER =
            pattern("(?:CREATE\\s+(?:OR\\s+REPLACE\\s+)?(?:FORCE\\s+)?|DROP\\s+|COMMENT\\s+ON\\s+)TRIGGER\\b.*");
    private static final Pattern REFERENTIAL_INTEGRITY =
            pattern("ALTER\\s+TABLE\\s.*\\sSET\\s+REFERENTIAL_INTEGRITY\\s.*");
    private static final Pattern SETTING = pattern("SET\\s+([A-Z_]+)\\b.*");
    private static final Pattern CREATE_USER =
            pattern("(CREATE\\s+USER\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?" + NAME + ".*?)(\\s+ADMIN)?");
    private static final Pattern ALTER_ADMIN =
            pattern("ALTER\\s+USER\\s+(?:IF\\s+EXISTS\\s+)?" + NAME + "\\s+ADMIN\\s+(TRUE|FALSE)");
    private static final Pattern GRANT_ANY_SCHEMA = pattern("GRANT\\s+ALTER\\s+ANY\\s+SCHEMA\\b.*");
    private static final Pattern GRANT_ON = pattern("GRANT\\s+((?:[A-Z]+\\s*,?\\s*)+?)\\s+ON\\s+(.*)");
    private static final Pattern CREATE_SCHEMA = pattern("(CREATE\\s+SCHEMA\\s.*\\sAUTHORIZATION\\s+)" + NAME + "(.*)");
    private static final Set<String> PRIMARYS_OWN = Set.of(
            "DB_CLOSE_DELAY",
            "EXCLUSIVE",
            "REFERENTIAL_INTEGRITY",
            "WRITE_DELAY",
            "LOCK_MODE",
            "CLUSTER",
            "THROTTLE",
            "MAX_LOG_SIZE",
            "TRACE_LEVEL_FILE",
            "TRACE_LEVEL_SYSTEM_OUT",
            "TRACE_MAX_FILE_SIZE",
            "RETENTION_TIME",
            "DATABASE_EVENT_LISTENER",
            "AUTHENTICATOR");

    private ReplicaSql() {}

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /** The statements to execute instead, in order; none if the statement does not concern replicas. */
    static List<String> of(String statement) {
        String sql = TRAILING_NOISE
                .matcher(LEADING_NOISE.matcher(statement).replaceFirst(""))
                .replaceFirst("");
        if (TRIGGER.matcher(sql).matches() || REFERENTIAL_INTEGRITY.matcher(sql).matches()) {
            return List.of();
        }
        Matcher setting = SETTING.matcher(sql);
        if (setting.matches()) {
            return PRIMARYS_OWN.contains(setting.group(1).toUpperCase(Locale.ROOT)) ? List.of() : List.of(sql);
        }
        Matcher createUser = CREATE_USER.matcher(sql);
        if (createUser.matches()) {
            return createUser.group(3) == null
                    ? List.of(sql)
                    : List.of(createUser.group(1), "GRANT " + READERS + " TO " + createUser.group(2));
        }
        Matcher alterAdmin = ALTER_ADMIN.matcher(sql);
        if (alterAdmin.matches()) {
            String user = alterAdmin.group(1);
            return List.of(
                    alterAdmin.group(2).equalsIgnoreCase("TRUE")
                            ? "GRANT " + READERS + " TO " + user
                            : "REVOKE " + READERS + " FROM " + user);
        }
        return ofGrantOrSchema(sql);
    }

    private static List<String> ofGrantOrSchema(String sql) {
        if (GRANT_ANY_SCHEMA.matcher(sql).matches()) {
            return List.of();
        }
        Matcher grant = GRANT_ON.matcher(sql);
        if (grant.matches()) {
            String rights = grant.group(1).toUpperCase(Locale.ROOT);
            return rights.contains("SELECT") || rights.contains("ALL")
                    ? List.of("GRANT SELECT ON " + grant.group(2))
                    : List.of();
        }
        Matcher schema = CREATE_SCHEMA.matcher(sql);
        return List.of(schema.matches() ? schema.group(1) + ApplierAccount.USER + schema.group(3) : sql);
    }
}
