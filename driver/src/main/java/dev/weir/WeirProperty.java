package dev.weir;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Weir's own connection properties: name, default, choices, and what each is for. */
enum WeirProperty {
    CONSISTENCY(
            "weir.consistency",
            "session",
            "How fresh a read must be: session reads its own writes and never goes back in time, strong sees every"
                    + " acknowledged transaction, bounded misses nothing older than weir.maxStaleness, eventual takes any"
                    + " healthy replica",
            "session",
            "strong",
            "bounded",
            "eventual"),
    SESSION_SCOPE(
            "weir.sessionScope",
            "application",
            "Who shares one causal clock: all connections of this JVM to this cluster and user, or each connection alone",
            "application",
            "connection"),
    MAX_STALENESS("weir.maxStaleness", "1s", "The bound of weir.consistency=bounded, a duration such as 500ms or 2s"),
    MAX_LAG("weir.maxLag", "10s", "A replica further behind than this duration takes no reads at any level"),
    WAIT_FOR_REPLICA(
            "weir.waitForReplica",
            "0ms",
            "How long a read waits for a replica to catch up before the primary serves it, a duration"),
    LOAD_BALANCE(
            "weir.loadBalance",
            "leastOutstanding",
            "How a read picks one of several eligible replicas",
            "leastOutstanding",
            "roundRobin",
            "random",
            "fastest"),
    ZONE("weir.zone", "", "Where the application runs: replicas in the same zone are preferred; needs weir.zones"),
    ZONES(
            "weir.zones",
            "",
            "Where each node runs: one name for each, in the order of the URL's hosts and then of weir.replicas, separated by"
                    + " commas"),
    WEIGHTS(
            "weir.weights",
            "",
            "How many reads each node gets in proportion to the others, 0 to 1000: one number for each, in the order of the"
                    + " URL's hosts and then of weir.replicas, separated by commas; with 0 it gets none while another can serve"),
    NO_REPLICA(
            "weir.noReplica",
            "primary",
            "What serves a read when no replica may: the primary, or nothing, so that it fails",
            "primary",
            "fail"),
    STRONG_READS(
            "weir.strongReads",
            "primary",
            "What serves reads at level strong: the primary, or a replica that has reached the primary's position asked for"
                    + " after the read began",
            "primary",
            "replica"),
    TABLE_AWARE(
            "weir.tableAware",
            "true",
            "Whether a read at level session may run on a replica that lacks only writes to tables which it does not read",
            "true",
            "false"),
    ON_LOST_WRITES(
            "weir.onLostWrites",
            "fail",
            "What happens when a failover may have lost what a session has written or read: its next statement fails once"
                    + " with SQLSTATE 40001, or it goes on with what the new primary has",
            "fail",
            "reset"),
    LOG_FORMAT(
            "weir.log.format",
            "mixed",
            "On H2, in what form data changes are logged: mixed logs statements where that is proven exact and else rows, row"
                    + " logs all as rows, statement refuses what is not safe as a statement",
            "mixed",
            "row",
            "statement"),
    AUDIT(
            "weir.audit",
            "false",
            "On H2, whether every distinct statement that is no plain read is listed with how it is logged and why, for SHOW"
                    + " weir.audit and in the application's log; literals and parameters are left out",
            "false",
            "true"),
    PROBE_INTERVAL("weir.probeInterval", "100ms", "How often each node is asked for its role and position, a duration"),
    NODE_TIMEOUT(
            "weir.nodeTimeout",
            "2s",
            "How long a node may give no sign of life before statements that wait for it are broken off, a duration"),
    LOG_MAX_LAG(
            "weir.log.maxLag",
            "off",
            "How many entries of an H2 primary's log a replica that follows it may lack before writers wait for it, at least"
                    + " 100, or off; a write that has waited 5 s fails with SQLSTATE 53400"),
    REPLICAS(
            "weir.replicas",
            "",
            "JDBC URLs of replicas, separated by commas; for an embedded H2 database the number of replicas to run in"
                    + " this JVM"),
    READ_ONLY_FUNCTIONS(
            "weir.readOnlyFunctions",
            "",
            "Names of functions declared free of side effects, separated by commas, so that replicas may run them"),
    POOL_SIZE("weir.poolSize", "100", "The most connections that this JVM opens to one node, at least 1"),
    POOL_MIN_IDLE("weir.poolMinIdle", "0", "How many idle connections to each node are kept ready"),
    POOL_TIMEOUT("weir.poolTimeout", "30s", "How long to wait for a free connection to a node, a duration");

    private static final String PREFIX = "weir.";

    private final String key;
    private final String defaultValue;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of, which is unmodifiable
    private final List<String> choices;

    WeirProperty(String key, String defaultValue, String description, String... choices) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.description = description;
        this.choices = List.of(choices);
    }

    String key() {
        return key;
    }

    String defaultValue() {
        return defaultValue;
    }

    String description() {
        return description;
    }

    /** The values allowed; empty if the property is not one of a fixed set. */
    List<String> choices() {
        return choices;
    }

    /** Whether a property of this name is Weir's rather than the target driver's. */
    static boolean claims(String name) {
        return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    /** The property of this name, in any letter case; empty if there is none. */
    static Optional<WeirProperty> named(String name) {
        for (WeirProperty property : values()) {
            if (property.key.equalsIgnoreCase(name)) {
                return Optional.of(property);
            }
        }
        return Optional.empty();
    }

    /** Every name, for messages. */
    static String names() {
        return Arrays.stream(values()).map(WeirProperty::key).collect(Collectors.joining(", "));
    }

    /** The choice that equals the value in any letter case; empty if none does. */
    Optional<String> choice(String value) {
        String wanted = value.strip().toLowerCase(Locale.ROOT);
        for (String choice : choices) {
            if (choice.toLowerCase(Locale.ROOT).equals(wanted)) {
                return Optional.of(choice);
            }
        }
        return Optional.empty();
    }
}
