package dev.weir.capture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement that sets something, as H2 2.x treats it. Immutable.
 *
 * @param name the setting in upper case
 * @param value its value without quotes; null if it was not understood
 * @param commits whether H2 commits the transaction before it
 */
record Setting(String name, @Nullable String value, Effect effect, boolean commits) {
    /** What a setting means to capture. */
    enum Effect {
        NONE,
        /** The current schema. */
        SCHEMA,
        SEARCH_PATH,
        TIME_ZONE,
        ISOLATION,
        /** Something of the session that decides how a text is read, so that no other session could repeat it. */
        READING,
        /** Something of the session that may change what a statement's text means. */
        OTHER,
        /** Something of the database that would have to be the same on replicas. */
        REPLICA_DIFFERS,
        /** Something that Weir itself relies on. */
        OF_WEIR
    }

    private static final Pattern SET = Pattern.compile(
            "\\s*(?:SET\\s+|USE\\s+)(?:SESSION\\s+)?(@|[A-Z_]+)(?:\\s+ZONE)?\\s*(?:=|TO\\b)?\\s*(.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Settings before which H2 does not commit. */
    private static final Set<String> TRANSACTIONAL = Set.of(
            "@",
            "QUERY_TIMEOUT",
            "LOCK_TIMEOUT",
            "TRACE_LEVEL_FILE",
            "TRACE_LEVEL_SYSTEM_OUT",
            "TRACE_MAX_FILE_SIZE",
            "THROTTLE",
            "SCHEMA",
            "SCHEMA_SEARCH_PATH",
            "CATALOG",
            "RETENTION_TIME",
            "LAZY_QUERY_EXECUTION",
            "NON_KEYWORDS",
            "TIME",
            "VARIABLE_BINARY",
            "TRUNCATE_LARGE_LENGTH",
            "WRITE_DELAY",
            "AUTOCOMMIT");

    /** Settings of the database that do not decide what data means. */
    private static final Set<String> OF_NODE = Set.of(
            "PASSWORD",
            "SALT",
            "REFERENTIAL_INTEGRITY",
            "ALLOW_LITERALS",
            "COMPRESS_LOB",
            "DEFAULT_TABLE_TYPE",
            "MAX_LENGTH_INPLACE_LOB");

    private static final Set<String> OF_DATA = Set.of(
            "MODE",
            "COLLATION",
            "BINARY_COLLATION",
            "UUID_COLLATION",
            "IGNORECASE",
            "BUILTIN_ALIAS_OVERRIDE",
            "DEFAULT_NULL_ORDERING",
            "JAVA_OBJECT_SERIALIZER",
            "IGNORE_CATALOGS",
            "CLUSTER");

    /** What holds of settings that H2 does not list until they are set. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "IGNORECASE", "0", "COLLATION", "OFF", "LOCK_MODE", "3", "DEFAULT_NULL_ORDERING", "LOW", "EXCLUSIVE", "0");

    private static final Set<String> OF_WEIR = Set.of("EXCLUSIVE", "LOCK_MODE", "READONLY", "AUTOCOMMIT");

    /** Statements of upkeep before which H2 does not commit. */
    private static final Set<String> QUIET_UPKEEP =
            Set.of("CHECKPOINT", "BACKUP", "SHOW", "HELP", "EXPLAIN", "SHUTDOWN");

    static Setting of(String sql) {
        Matcher matcher = SET.matcher(SqlText.withoutEnd(SqlText.withoutComments(sql)));
        if (!matcher.matches()) {
            return new Setting("", null, Effect.OTHER, true);
        }
        String name = SqlText.firstWord(sql).equals("USE")
                ? "SCHEMA"
                : String.valueOf(matcher.group(1)).toUpperCase(Locale.ENGLISH);
        return new Setting(
                name, unquoted(String.valueOf(matcher.group(2))), effect(name), !TRANSACTIONAL.contains(name));
    }

    private static Effect effect(String name) {
        if (OF_DATA.contains(name)) {
            return Effect.REPLICA_DIFFERS;
        }
        if (OF_WEIR.contains(name)) {
            return Effect.OF_WEIR;
        }
        return switch (name) {
            case "SCHEMA" -> Effect.SCHEMA;
            case "SCHEMA_SEARCH_PATH" -> Effect.SEARCH_PATH;
            case "TIME" -> Effect.TIME_ZONE;
            case "NON_KEYWORDS", "VARIABLE_BINARY", "TRUNCATE_LARGE_LENGTH" -> Effect.READING;
            case "CHARACTERISTICS", "TRANSACTION" -> Effect.ISOLATION;
            case "@", "QUERY_TIMEOUT", "LOCK_TIMEOUT", "CATALOG", "THROTTLE", "WRITE_DELAY", "RETENTION_TIME" ->
                Effect.NONE;
            default -> Effect.OTHER;
        };
    }

    /** Whether the database has it as it is to be. */
    boolean isInForce(Connection connection) throws SQLException {
        if (value == null) {
            return false;
        }
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = ?")) {
            query.setString(1, name);
            try (ResultSet found = query.executeQuery()) {
                String now = found.next() ? found.getString(1) : DEFAULTS.get(name);
                return now != null && meaning(value).equals(meaning(now));
            }
        }
    }

    private static String meaning(String written) {
        return switch (written.strip().toUpperCase(Locale.ENGLISH)) {
            case "TRUE", "ON" -> "1";
            case "FALSE" -> "0";
            default -> written.strip().toUpperCase(Locale.ENGLISH);
        };
    }

    /** Whether it is known what a statement sets, though it is of no kind that the classifier knows. */
    static boolean isUnderstood(String sql) {
        String name = of(sql).name();
        return name.equals("CHARACTERISTICS") || obstacle(name) != null;
    }

    /** Whether H2 keeps the transaction open through a statement of upkeep that starts with this word. */
    static boolean leavesTransactionOpen(String firstWord) {
        return QUIET_UPKEEP.contains(firstWord);
    }

    /** Whether a setting of the database may differ between nodes. */
    static boolean isOfNode(String name) {
        return OF_NODE.contains(name);
    }

    /** Why it cannot be set, unless it is so already; null if it can. */
    static @Nullable String obstacle(String name) {
        return switch (effect(name)) {
            case REPLICA_DIFFERS ->
                "the setting " + name
                        + " belongs to the whole database and decides what data means; put it into the URL of every node";
            case OF_WEIR ->
                name.equals("AUTOCOMMIT")
                        ? "Weir would not know where transactions end; use Connection.setAutoCommit"
                        : "the setting " + name
                                + " decides how sessions get on with each other, which Weir relies on; leave it as it is";
            case NONE, SCHEMA, SEARCH_PATH, TIME_ZONE, ISOLATION, READING, OTHER -> null;
        };
    }

    /**
     * Refuses what cannot be set.
     *
     * @throws SQLException 0A000 if there is an {@link #obstacle} and the database does not have it so already
     */
    void check(Connection connection) throws SQLException {
        String obstacle = obstacle(name);
        if (obstacle != null && !isInForce(connection)) {
            throw Refusals.notReplicable(obstacle);
        }
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("'") && value.endsWith("'")
                ? value.substring(1, value.length() - 1).replace("''", "'")
                : value;
    }
}
