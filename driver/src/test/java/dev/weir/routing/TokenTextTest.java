package dev.weir.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTextTest {
    private static final String CLUSTER = "7443209112934923641";

    private static String text(CausalToken token) {
        return TokenText.of(token, CLUSTER);
    }

    private static CausalToken parse(String text) throws SQLException {
        return TokenText.parse(text, CLUSTER);
    }

    @Test
    void shouldReadBackWhatItWrote() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            CausalToken token =
                    new CausalToken((random.nextLong() >>> (1 + random.nextInt(62))) + 1, random.nextLong() >>> 1);
            assertThat(parse(text(token))).as("seed %d", seed).isEqualTo(token);
            assertThat(text(token)).matches("[0-9a-z-]{13,48}");
        }
        CausalToken largest = new CausalToken(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(parse(text(largest))).isEqualTo(largest);
    }

    @Test
    void shouldRefuseAlmostEveryTokenWithOneCharacterChanged() {
        String text = text(new CausalToken(3, 123_456));
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
            parse(text);
            return false;
        } catch (SQLException e) {
            return e.getSQLState().equals("22023");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1-2",
                "1-2-3-4",
                "1-2-3",
                "1-2-3-4-5",
                "-1-2-3",
                "0-0-0",
                "1--1-5",
                "x y z",
                "1-2-\u0663"
            })
    void shouldRefuseWhatIsNoToken(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(SQLException.class).hasMessageContaining("weir.token");
    }

    @Test
    void shouldCutALongTextInItsMessage() {
        assertThatThrownBy(() -> parse("9".repeat(10_000)))
                .hasMessageContaining("...")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }

    @Test
    void shouldRefuseATokenOfAnotherClusterAndSayThatItIsOne() throws SQLException {
        String other = TokenText.of(new CausalToken(1, 5), "another");
        assertThatThrownBy(() -> parse(other))
                .isInstanceOf(SQLDataException.class)
                .hasMessageContaining("another cluster")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("22023");
        assertThat(TokenText.parse(other, "")).isEqualTo(new CausalToken(1, 5));
    }

    @Test
    void shouldBeShortForThePositionsThatThereAre() {
        assertThat(text(new CausalToken(1, 1_000_000))).hasSizeLessThanOrEqualTo(16);
        assertThat(text(new CausalToken(3, 5L << 40))).hasSizeLessThanOrEqualTo(24);
    }
}
