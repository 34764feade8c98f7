package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            PREPARE p AS SELECT 1 | PREPARE | P | SELECT 1 | false
            /* c */ prepare P (int, text) as SELECT $1 -- x | PREPARE | P | SELECT $1 | false
            EXECUTE p; | EXECUTE | P | | false
            EXECUTE p (1, 'a(b)', -2.5, NULL, ?, TRUE) | EXECUTE | P | | false
            EXECUTE p (now()) | EXECUTE | P | | true
            EXECUTE p (1 + f ( 2 )) | EXECUTE | P | | true
            DEALLOCATE p | DEALLOCATE | P | | false
            DEALLOCATE PREPARE p | DEALLOCATE | P | | false
            DEALLOCATE ALL | DEALLOCATE | | | false
            """)
    void shouldReadWhatIsDoneToWhichStatement(
            String sql, PreparedText.Verb verb, String name, String body, boolean computes) {
        assertThat(PreparedText.of(sql)).isEqualTo(new PreparedText(verb, name, body, computes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PREPARE \"p\" AS SELECT 1",
                "PREPARE p SELECT 1",
                "PREPARE p AS",
                "PREPARE p AS SELECT 1; SELECT set_config('a.b', 'c', false)",
                "EXECUTE p, q",
                "EXECUTE p (1",
                "EXECUTE \"p\"",
                "DEALLOCATE p q",
                "SELECT 1",
                "",
                ";",
                "EXECUTE p ('a",
            })
    void shouldNotClaimToUnderstandAnythingElse(String sql) {
        assertThat(PreparedText.of(sql)).isNull();
    }
}
