package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.ScriptedMonitor;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HasteTest {
    private static final long MILLI = 1_000_000;

    private final ScriptedMonitor monitor = new ScriptedMonitor(2);
    private final Haste haste = new Haste(Duration.ofMillis(100), 0);

    @BeforeEach
    void sample() {
        monitor.probe(0, true, 1, 10);
        monitor.probe(1, false, 1, 10);
    }

    private int askedFor(long from, long to) {
        int asked = 0;
        for (long now = from; now < to; now += MILLI / 10) {
            asked += haste.isDue(monitor.publish(), now) ? 1 : 0;
        }
        return asked;
    }

    @Test
    void shouldAskAtOnceAndThenOftenWhileAReplicaIsClose() {
        assertThat(haste.isDue(monitor.publish(), 0)).isTrue();
        assertThat(haste.isDue(monitor.publish(), MILLI)).isFalse();
        assertThat(askedFor(MILLI, 20 * MILLI)).isBetween(8, 10);
    }

    @Test
    void shouldAskSeldomWhileEveryReplicaIsFarBehind() {
        assertThat(askedFor(1_000 * MILLI, 2_000 * MILLI)).isBetween(19, 21);
    }
}
