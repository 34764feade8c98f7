package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalTokenTest {
    @Test
    void shouldReadBackWhatItWrote() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            CausalToken token =
                    new CausalToken((random.nextLong() >>> (1 + random.nextInt(62))) + 1, random.nextLong() >>> 1);
            assertThat(CausalToken.parse(token.toString())).as("seed %d", seed).isEqualTo(token);
            assertThat(token.toString()).matches("[0-9a-z-]{5,40}");
        }
        CausalToken largest = new CausalToken(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(CausalToken.parse(largest.toString())).isEqualTo(largest);
    }

    @Test
    void shouldRefuseAlmostEveryTokenWithOneCharacterChanged() {
        String text = new CausalToken(3, 123_456).toString();
        int refused = 0;
        int changes = 0;
        for (int at = 0; at < text.length(); at++) {
            for (char c = 'a'; c <= 'z'; c++) {
                if (text.charAt(at) != c) {
                    changes++;
                    refused += isRefused(text.substring(0, at) + c + text.substring(at + 1)) ? 1 : 0;
                }
            }
        }
        assertThat(refused).isEqualTo(changes);
    }

    private static boolean isRefused(String text) {
        try {
            CausalToken.parse(text);
            return false;
        } catch (SQLException e) {
            return e.getSQLState().equals("22023");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1-2", "1-2-3-4", "-1-2-3", "0-0-0", "1--1-5", "x y z", "1-2-\u0663"})
    void shouldRefuseWhatIsNoToken(String text) {
        assertThatThrownBy(() -> CausalToken.parse(text))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("weir.token");
    }

    @Test
    void shouldCutALongTextInItsMessage() {
        assertThatThrownBy(() -> CausalToken.parse("9".repeat(10_000)))
                .hasMessageContaining("...")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }
}
