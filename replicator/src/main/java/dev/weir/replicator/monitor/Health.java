package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A cluster's health in a few figures. Immutable.
 *
 * @param worst the worst of all open alerts; INFO if there is none
 * @param maximumLag of the replicas whose lag is known; empty if none is
 * @param meanLag likewise
 * @param unknownLag how many replicas nobody can tell the lag of
 */
public record Health(
        Severity worst,
        int healthy,
        int warning,
        int critical,
        Optional<Duration> maximumLag,
        Optional<Duration> meanLag,
        int unknownLag) {

    static Health of(List<ReplicaView> replicas, List<Alert> open) {
        Severity worst = open.stream()
                .map(Alert::severity)
                .reduce(Severity.INFO, (one, other) -> one.isWorseThan(other) ? one : other);
        List<Duration> lags = replicas.stream()
                .flatMap(replica -> replica.sample().lag().stream())
                .toList();
        Optional<Duration> total = lags.stream().reduce(Duration::plus);
        return new Health(
                worst,
                count(replicas, Severity.INFO),
                count(replicas, Severity.WARNING),
                count(replicas, Severity.CRITICAL),
                lags.stream().max(Duration::compareTo),
                total.map(sum -> sum.dividedBy(lags.size())),
                replicas.size() - lags.size());
    }

    private static int count(List<ReplicaView> replicas, Severity severity) {
        return (int) replicas.stream()
                .filter(replica -> replica.severity() == severity)
                .count();
    }
}
