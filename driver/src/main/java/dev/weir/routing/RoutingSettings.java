package dev.weir.routing;

import java.time.Duration;

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
        return new RoutingSettings(
                level,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withSessionScope(SessionScope scope) {
        return new RoutingSettings(
                consistency,
                scope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withMaxStaleness(Duration bound) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                bound,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withMaxLag(Duration lag) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                lag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withWaitForReplica(Duration wait) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                wait,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withLoadBalance(LoadBalance balance) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                balance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withNoReplica(NoReplica choice) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                choice,
                strongReads,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withStrongReads(StrongReads node) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                node,
                tableAware,
                preference,
                onLostWrites);
    }

    public RoutingSettings withTableAware(boolean on) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                on,
                preference,
                onLostWrites);
    }

    public RoutingSettings withOnLostWrites(OnLostWrites choice) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                preference,
                choice);
    }

    public RoutingSettings withPreference(Preference wanted) {
        return new RoutingSettings(
                consistency,
                sessionScope,
                maxStaleness,
                maxLag,
                waitForReplica,
                loadBalance,
                noReplica,
                strongReads,
                tableAware,
                wanted,
                onLostWrites);
    }
}
