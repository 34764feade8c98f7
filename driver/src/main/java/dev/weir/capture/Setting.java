package dev.weir.capture;

import java.sql.SQLException;
import java.util.Locale;
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
        /** Something of the session that may change what a statement's text means. */
        OTHER,
        /** Something of the database that would have to be the same on replicas. */
        REPLICA_DIFFERS
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

    private static final Set<String> OF_DATA =
            Set.of("MODE", "COLLATION", "BINARY_COLLATION", "UUID_COLLATION", "IGNORECASE", "BUILTIN_ALIAS_OVERRIDE");

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
        return switch (name) {
            case "SCHEMA" -> Effect.SCHEMA;
            case "SCHEMA_SEARCH_PATH" -> Effect.SEARCH_PATH;
            case "TIME" -> Effect.TIME_ZONE;
            case "CHARACTERISTICS", "TRANSACTION" -> Effect.ISOLATION;
            case "@", "QUERY_TIMEOUT", "LOCK_TIMEOUT", "CATALOG", "THROTTLE", "WRITE_DELAY", "RETENTION_TIME" ->
                Effect.NONE;
            default -> Effect.OTHER;
        };
    }

    /** Whether H2 keeps the transaction open through a statement of upkeep that starts with this word. */
    static boolean leavesTransactionOpen(String firstWord) {
        return QUIET_UPKEEP.contains(firstWord);
    }

    /** Whether a setting of the database may differ between nodes. */
    static boolean isOfNode(String name) {
        return OF_NODE.contains(name);
    }

    /** 0A000 for a setting that every node must have. */
    static SQLException refusal(String name) {
        return Refusals.notReplicable("the setting " + name
                + " belongs to the whole database and decides what data means; put it into the URL of every node");
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("'") && value.endsWith("'")
                ? value.substring(1, value.length() - 1).replace("''", "'")
                : value;
    }
}
