package dev.weir.routing;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How reads are routed unless a connection or a hint asks for more. Immutable.
 *
 * @param consistency how fresh a read must be
 * @param sessionScope who shares one causal clock
 * @param maxStaleness the bound of {@link Consistency#BOUNDED}
 * @param maxLag a replica further behind takes no reads at any level
 * @param waitForReplica how long a read waits for a replica to catch up before the primary serves it
 * @param loadBalance how one of several eligible replicas is picked
 * @param noReplica what happens to a read that no replica may serve
 * @param strongReads what serves reads at level strong
 * @param tableAware whether a read at level session may run on a replica that lacks only writes to other tables than it reads
 * @param preference which of several eligible replicas should get more reads
 * @param onLostWrites what happens to a session when what it has seen was lost in a failover
 */
public record RoutingSettings(
        Consistency consistency,
        SessionScope sessionScope,
        Duration maxStaleness,
        Duration maxLag,
        Duration waitForReplica,
        LoadBalance loadBalance,
        NoReplica noReplica,
        StrongReads strongReads,
        boolean tableAware,
        Preference preference,
        OnLostWrites onLostWrites) {
    public static final RoutingSettings DEFAULT = new RoutingSettings(
            Consistency.SESSION,
            SessionScope.APPLICATION,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ZERO,
            LoadBalance.LEAST_OUTSTANDING,
            NoReplica.PRIMARY,
            StrongReads.PRIMARY,
            true,
            Preference.NONE,
            OnLostWrites.FAIL);

    public RoutingSettings {
        if (maxStaleness.isNegative() || maxLag.isNegative() || waitForReplica.isNegative()) {
            throw new IllegalArgumentException("A bound is negative: maxStaleness " + maxStaleness + ", maxLag "
                    + maxLag + ", waitForReplica " + waitForReplica);
        }
    }

    public RoutingSettings withConsistency(Consistency level) {
        return but(fields -> fields.consistency = level);
    }

    public RoutingSettings withSessionScope(SessionScope scope) {
        return but(fields -> fields.sessionScope = scope);
    }

    public RoutingSettings withMaxStaleness(Duration bound) {
        return but(fields -> fields.maxStaleness = bound);
    }

    public RoutingSettings withMaxLag(Duration lag) {
        return but(fields -> fields.maxLag = lag);
    }

    public RoutingSettings withWaitForReplica(Duration wait) {
        return but(fields -> fields.waitForReplica = wait);
    }

    public RoutingSettings withLoadBalance(LoadBalance balance) {
        return but(fields -> fields.loadBalance = balance);
    }

    public RoutingSettings withNoReplica(NoReplica choice) {
        return but(fields -> fields.noReplica = choice);
    }

    public RoutingSettings withStrongReads(StrongReads node) {
        return but(fields -> fields.strongReads = node);
    }

    public RoutingSettings withTableAware(boolean on) {
        return but(fields -> fields.tableAware = on);
    }

    public RoutingSettings withOnLostWrites(OnLostWrites choice) {
        return but(fields -> fields.onLostWrites = choice);
    }

    public RoutingSettings withPreference(Preference wanted) {
        return but(fields -> fields.preference = wanted);
    }

    private RoutingSettings but(Consumer<Fields> change) {
        Fields fields = new Fields(this);
        change.accept(fields);
        return new RoutingSettings(
                fields.consistency,
                fields.sessionScope,
                fields.maxStaleness,
                fields.maxLag,
                fields.waitForReplica,
                fields.loadBalance,
                fields.noReplica,
                fields.strongReads,
                fields.tableAware,
                fields.preference,
                fields.onLostWrites);
    }

    /** The components while some of them change. */
    private static final class Fields {
        private Consistency consistency;
        private SessionScope sessionScope;
        private Duration maxStaleness;
        private Duration maxLag;
        private Duration waitForReplica;
        private LoadBalance loadBalance;
        private NoReplica noReplica;
        private StrongReads strongReads;
        private boolean tableAware;
        private Preference preference;
        private OnLostWrites onLostWrites;

        Fields(RoutingSettings from) {
            consistency = from.consistency;
            sessionScope = from.sessionScope;
            maxStaleness = from.maxStaleness;
            maxLag = from.maxLag;
            waitForReplica = from.waitForReplica;
            loadBalance = from.loadBalance;
            noReplica = from.noReplica;
            strongReads = from.strongReads;
            tableAware = from.tableAware;
            preference = from.preference;
            onLostWrites = from.onLostWrites;
        }
    }
}
