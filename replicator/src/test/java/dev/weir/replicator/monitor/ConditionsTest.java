package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private final Conditions conditions = new Conditions(Thresholds.DEFAULT);

    private List<Condition> lagOf(Optional<Duration> lag, Severity present) {
        OptionalLong none = OptionalLong.empty();
        ReplicaSample sample = new ReplicaSample(
                "r1",
                "jdbc:h2:tcp://127.0.0.1:9093/shop",
                NodeState.UNKNOWN,
                "",
                none,
                none,
                none,
                none,
                none,
                none,
                lag,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        ReplicaView view =
                new ReplicaView(sample, NodeState.UNKNOWN, Severity.INFO, OptionalDouble.empty(), Optional.empty());
        ClusterSample cluster = new ClusterSample(
                Instant.EPOCH, 0, "c", "jdbc:h2:x", Optional.empty(), "gone", List.of(sample), List.of());
        return conditions.of(cluster, List.of(view), (kind, node) -> present).stream()
                .filter(condition -> condition.kind() == AlertKind.LAG)
                .toList();
    }

    @Test
    void shouldNotTakeUnknownLagForOneThatIsMadeUp() {
        assertThat(lagOf(Optional.of(Duration.ofSeconds(20)), Severity.INFO))
                .singleElement()
                .satisfies(condition -> assertThat(condition.severity()).isEqualTo(Severity.CRITICAL));
        assertThat(lagOf(Optional.empty(), Severity.CRITICAL)).singleElement().satisfies(condition -> {
            assertThat(condition.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(condition.message()).contains("not known");
            assertThat(condition.evidence()).containsEntry("lag_ms", "unknown");
        });
        assertThat(lagOf(Optional.of(Duration.ZERO), Severity.CRITICAL)).isEmpty();
    }

    private List<Condition> conditionsOf(long logEntries, long usableBytes) {
        PrimarySample primary = new PrimarySample(
                "primary", 1, 7, OptionalLong.of(7), OptionalLong.of(logEntries), OptionalLong.empty(), Instant.EPOCH);
        DiskSample disk = new DiskSample("primary", usableBytes, Long.MAX_VALUE);
        ClusterSample cluster = new ClusterSample(
                Instant.EPOCH, 0, "c", "jdbc:h2:x", Optional.of(primary), "", List.of(), List.of(disk));
        return conditions.of(cluster, List.of(), (kind, node) -> Severity.INFO);
    }

    @Test
    void shouldTellOfALongLogBeyondItsLimitsOnly() {
        long limit = Thresholds.DEFAULT.logEntries();
        assertThat(conditionsOf(limit, Long.MAX_VALUE)).isEmpty();
        assertThat(conditionsOf(limit + 1, Long.MAX_VALUE)).singleElement().satisfies(condition -> {
            assertThat(condition.kind()).isEqualTo(AlertKind.LOG_GROWTH);
            assertThat(condition.severity()).isEqualTo(Severity.WARNING);
            assertThat(condition.message()).contains((limit + 1) + " entries (limit " + limit + ")");
        });
        assertThat(conditionsOf(5 * limit, Long.MAX_VALUE))
                .extracting(Condition::severity)
                .containsExactly(Severity.WARNING);
        assertThat(conditionsOf(5 * limit + 1, Long.MAX_VALUE))
                .extracting(Condition::severity)
                .containsExactly(Severity.CRITICAL);
    }

    @Test
    void shouldTellOfAFullDiskBelowItsLimitsOnly() {
        long warning = Thresholds.DEFAULT.diskWarning();
        long critical = Thresholds.DEFAULT.diskCritical();
        assertThat(conditionsOf(0, warning)).isEmpty();
        assertThat(conditionsOf(0, warning - 1)).singleElement().satisfies(condition -> {
            assertThat(condition.kind()).isEqualTo(AlertKind.DISK_SPACE);
            assertThat(condition.severity()).isEqualTo(Severity.WARNING);
            assertThat(condition.message()).contains("1023 MB left (limit 1024");
        });
        assertThat(conditionsOf(0, critical)).extracting(Condition::severity).containsExactly(Severity.WARNING);
        assertThat(conditionsOf(0, critical - 1)).singleElement().satisfies(condition -> {
            assertThat(condition.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(condition.message()).contains("255 MB left (limit 256");
        });
    }

    @Test
    void shouldNotCallUnknownLagALagWhenNoneWasSeen() {
        assertThat(lagOf(Optional.empty(), Severity.INFO)).isEmpty();
    }
}
