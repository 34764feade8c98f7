package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @Test
    void shouldReadEachUnit() {
        assertThat(Durations.parse("500ms")).contains(Duration.ofMillis(500));
        assertThat(Durations.parse(" 2 S ")).contains(Duration.ofSeconds(2));
        assertThat(Durations.parse("3m")).contains(Duration.ofMinutes(3));
        assertThat(Durations.parse("1h")).contains(Duration.ofHours(1));
        assertThat(Durations.parse("0ms")).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-1s", "1.5s", "1d", "ms", "1s2", "99999999999999999s"})
    void shouldReadNothingFromAnotherForm(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }
}
