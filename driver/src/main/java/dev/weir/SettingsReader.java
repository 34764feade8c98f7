package dev.weir;

import dev.weir.capture.CaptureSettings;
import dev.weir.capture.LogFormat;
import dev.weir.cluster.ClusterSettings;
import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.cluster.ClusterSettings.Listed;
import dev.weir.cluster.ClusterSettings.Topology;
import dev.weir.routing.Consistency;
import dev.weir.routing.LoadBalance;
import dev.weir.routing.NoReplica;
import dev.weir.routing.OnLostWrites;
import dev.weir.routing.Preference;
import dev.weir.routing.RoutingSettings;
import dev.weir.routing.SessionScope;
import dev.weir.routing.StrongReads;
import dev.weir.sql.Durations;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** Reads a URL and its properties into settings; each value is checked here, before anything is opened. Confined to one thread. */
final class SettingsReader {
    /** Replicas report their positions about so often. */
    private static final long LEAST_LAG = 100;

    private final ParsedUrl url;
    private final Map<WeirProperty, String> weir = new EnumMap<>(WeirProperty.class);
    private final Map<String, String> target = new HashMap<>();

    private SettingsReader(ParsedUrl url) {
        this.url = url;
    }

    /**
     * The settings of a URL that starts with {@link WeirUrl#PREFIX}.
     *
     * @param properties Weir's and the target's; the URL wins where both name one
     * @throws SQLException 08001 if the URL is malformed, a {@code weir.} name is unknown or a value is not valid
     */
    static WeirSettings read(String text, Properties properties) throws SQLException {
        SettingsReader reader = new SettingsReader(WeirUrl.parse(text));
        for (String name : properties.stringPropertyNames()) {
            reader.take(name, properties.getProperty(name));
        }
        for (Map.Entry<String, String> setting : reader.url.weir().entrySet()) {
            reader.take(setting.getKey(), setting.getValue());
        }
        reader.target.putAll(reader.url.secrets());
        return reader.settings();
    }

    private void take(String name, String value) throws SQLException {
        if (WeirProperty.claims(name)) {
            WeirProperty property = WeirProperty.named(name)
                    .orElseThrow(() -> Refusal.connect(
                            "Unknown property " + name + "; Weir's properties are " + WeirProperty.names()));
            weir.put(property, value);
        } else if (!PostgresUrl.HOST_CHOICE.contains(name)) {
            target.put(H2Url.isCredential(name) ? name.toLowerCase(Locale.ROOT) : name, value);
        }
    }

    private WeirSettings settings() throws SQLException {
        int poolSize = number(WeirProperty.POOL_SIZE, 1);
        int minIdle = number(WeirProperty.POOL_MIN_IDLE, 0);
        if (minIdle > poolSize) {
            throw invalid(WeirProperty.POOL_MIN_IDLE, "at most weir.poolSize, which is " + poolSize);
        }
        Topology topology = topology();
        ClusterSettings cluster = ClusterSettings.of(url.dialect(), topology, target)
                .withPool(poolSize, minIdle, positive(WeirProperty.POOL_TIMEOUT))
                .withProbeInterval(positive(WeirProperty.PROBE_INTERVAL))
                .withNodeTimeout(positive(WeirProperty.NODE_TIMEOUT));
        return new WeirSettings(
                cluster,
                routing(topology),
                capture(),
                names(WeirProperty.READ_ONLY_FUNCTIONS),
                logMaxLag(),
                url.display());
    }

    private RoutingSettings routing(Topology topology) throws SQLException {
        return new RoutingSettings(
                consistency(),
                sessionScope(),
                positive(WeirProperty.MAX_STALENESS),
                positive(WeirProperty.MAX_LAG),
                duration(WeirProperty.WAIT_FOR_REPLICA),
                loadBalance(),
                noReplica(),
                strongReads(),
                choice(WeirProperty.TABLE_AWARE).equals("true"),
                preference(topology),
                onLostWrites());
    }

    private CaptureSettings capture() throws SQLException {
        LogFormat format = switch (choice(WeirProperty.LOG_FORMAT)) {
            case "row" -> LogFormat.ROW;
            case "statement" -> LogFormat.STATEMENT;
            default -> LogFormat.MIXED;
        };
        return new CaptureSettings(format, choice(WeirProperty.AUDIT).equals("true"));
    }

    private Topology topology() throws SQLException {
        String replicas = value(WeirProperty.REPLICAS).strip();
        boolean named = replicas.regionMatches(true, 0, "jdbc:", 0, "jdbc:".length());
        if (url.embedded() && !named) {
            return new Embedded(url.nodeUrls().get(0), replicas.isEmpty() ? 0 : number(WeirProperty.REPLICAS, 0));
        }
        if (!named && !replicas.isEmpty()) {
            throw invalid(
                    WeirProperty.REPLICAS,
                    "JDBC URLs separated by commas; a number of replicas is for an embedded H2 database only");
        }
        Set<String> nodes = new LinkedHashSet<>(url.nodeUrls());
        if (named) {
            for (String replica : WeirUrl.splitReplicas(replicas)) {
                nodes.addAll(replicaNodes(replica));
            }
        }
        return new Listed(new ArrayList<>(nodes));
    }

    private List<String> replicaNodes(String text) throws SQLException {
        ParsedUrl replica = WeirUrl.parseReplica(text);
        if (replica.dialect() != url.dialect()) {
            throw Refusal.connect("weir.replicas names " + replica + ", which is not the primary's database product");
        }
        if (!replica.secrets().isEmpty() || !replica.weir().isEmpty()) {
            throw Refusal.connect("weir.replicas names " + replica
                    + " with credentials or Weir's own settings; give those once, for the whole cluster");
        }
        return replica.nodeUrls();
    }

    private Consistency consistency() throws SQLException {
        return switch (choice(WeirProperty.CONSISTENCY)) {
            case "strong" -> Consistency.STRONG;
            case "bounded" -> Consistency.BOUNDED;
            case "eventual" -> Consistency.EVENTUAL;
            default -> Consistency.SESSION;
        };
    }

    private SessionScope sessionScope() throws SQLException {
        return choice(WeirProperty.SESSION_SCOPE).equals("connection")
                ? SessionScope.CONNECTION
                : SessionScope.APPLICATION;
    }

    private LoadBalance loadBalance() throws SQLException {
        return switch (choice(WeirProperty.LOAD_BALANCE)) {
            case "roundRobin" -> LoadBalance.ROUND_ROBIN;
            case "random" -> LoadBalance.RANDOM;
            case "fastest" -> LoadBalance.FASTEST;
            default -> LoadBalance.LEAST_OUTSTANDING;
        };
    }

    private NoReplica noReplica() throws SQLException {
        return choice(WeirProperty.NO_REPLICA).equals("fail") ? NoReplica.FAIL : NoReplica.PRIMARY;
    }

    private StrongReads strongReads() throws SQLException {
        return choice(WeirProperty.STRONG_READS).equals("replica") ? StrongReads.REPLICA : StrongReads.PRIMARY;
    }

    private Preference preference(Topology topology) throws SQLException {
        int nodes = topology instanceof Listed listed
                ? listed.urls().size()
                : topology instanceof Embedded embedded ? 1 + embedded.replicas() : 0;
        List<String> zones = forEach(WeirProperty.ZONES, nodes);
        String zone = value(WeirProperty.ZONE).strip();
        if (!zone.isEmpty() && !zones.contains(zone)) {
            throw invalid(
                    WeirProperty.ZONE,
                    zones.isEmpty()
                            ? "empty as long as weir.zones does not say where the nodes run"
                            : "one of weir.zones, " + String.join(", ", zones));
        }
        List<Integer> weights = new ArrayList<>();
        for (String weight : forEach(WeirProperty.WEIGHTS, nodes)) {
            if (!weight.matches("\\d{1,4}") || Integer.parseInt(weight) > Preference.HEAVIEST) {
                throw invalid(WeirProperty.WEIGHTS, "whole numbers from 0 to " + Preference.HEAVIEST);
            }
            weights.add(Integer.parseInt(weight));
        }
        return new Preference(zone, zones, weights);
    }

    /** A value for each node, in their order; empty if none is given. */
    private List<String> forEach(WeirProperty property, int nodes) throws SQLException {
        String value = value(property).strip();
        if (value.isEmpty()) {
            return List.of();
        }
        List<String> values =
                Arrays.stream(value.split(",", -1)).map(String::strip).toList();
        if (values.size() != nodes) {
            throw invalid(
                    property,
                    "a value for each of the nodes, of which there are " + nodes
                            + ", separated by commas, in the order of the URL's hosts and then of weir.replicas");
        }
        return values;
    }

    private OnLostWrites onLostWrites() throws SQLException {
        return choice(WeirProperty.ON_LOST_WRITES).equals("reset") ? OnLostWrites.RESET : OnLostWrites.FAIL;
    }

    private long logMaxLag() throws SQLException {
        String value = value(WeirProperty.LOG_MAX_LAG).strip();
        if (value.equalsIgnoreCase("off")) {
            return 0;
        }
        if (!value.matches("\\d{3,12}") || Long.parseLong(value) < LEAST_LAG) {
            throw invalid(WeirProperty.LOG_MAX_LAG, "off, or a number of entries, at least " + LEAST_LAG);
        }
        return Long.parseLong(value);
    }

    private String value(WeirProperty property) {
        return weir.getOrDefault(property, property.defaultValue());
    }

    private String choice(WeirProperty property) throws SQLException {
        Optional<String> choice = property.choice(value(property));
        if (choice.isEmpty()) {
            throw invalid(property, "one of " + String.join(", ", property.choices()));
        }
        return choice.get();
    }

    private int number(WeirProperty property, int least) throws SQLException {
        try {
            int number = Integer.parseInt(value(property).strip());
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid(property, "a whole number, at least " + least);
        }
        throw invalid(property, "a whole number, at least " + least);
    }

    private Duration positive(WeirProperty property) throws SQLException {
        Duration duration = duration(property);
        if (duration.isZero()) {
            throw invalid(property, "a duration above zero, such as 100ms, 5s or 2m");
        }
        return duration;
    }

    private Duration duration(WeirProperty property) throws SQLException {
        Optional<Duration> duration = Durations.parse(value(property));
        if (duration.isEmpty()) {
            throw invalid(property, "a duration such as 100ms, 5s or 2m");
        }
        return duration.get();
    }

    private Set<String> names(WeirProperty property) throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        for (String name : value(property).split(",", -1)) {
            String stripped = name.strip();
            if (!stripped.isEmpty()) {
                if (!stripped.matches("[\\p{L}_][\\p{L}\\p{N}_$]*(\\.[\\p{L}_][\\p{L}\\p{N}_$]*)?")) {
                    throw invalid(property, "names of functions separated by commas, such as price, shop.tax");
                }
                names.add(stripped);
            }
        }
        return names;
    }

    private SQLException invalid(WeirProperty property, String valid) {
        return Refusal.connect(
                "Property " + property.key() + " has the value \"" + value(property) + "\"; valid is " + valid);
    }
}
