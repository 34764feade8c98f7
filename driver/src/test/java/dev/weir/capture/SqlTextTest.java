package dev.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            SET /* c */ MODE X | SET   MODE X
            /* a /* nested */ b */SET X | ` SET X`
            SELECT '/* no */' -- yes | `SELECT '/* no */'  `
            SELECT "--", 'it''s // x' // c | `SELECT "--", 'it''s // x'  `
            CREATE ALIAS F AS $$ int f() { return 1; } // c $$ | CREATE ALIAS F AS $$ int f() { return 1; } // c $$
            SELECT 4/2 - 1 | SELECT 4/2 - 1
            SET X /* never closed | `SET X  `
            SELECT 'never closed -- | SELECT 'never closed --
            """)
    void shouldTakeOutCommentsAndNothingElse(String sql, String expected) {
        assertThat(SqlText.withoutComments(sql)).isEqualTo(expected);
    }

    @Test
    void shouldFindItsSchemaWhereverItIsNamedAndNotInText() {
        assertThat(SqlText.touchesWeir("DROP TABLE weir /* c */ . HEAD")).isTrue();
        assertThat(SqlText.touchesWeir("DROP SCHEMA -- c\n \"WEIR\"")).isTrue();
        assertThat(SqlText.touchesWeir("COMMENT ON TABLE T IS 'it''s WEIR.HEAD'"))
                .isFalse();
        assertThat(SqlText.touchesWeir("DROP TABLE WEIRD.HEADS")).isFalse();
    }

    @Test
    void shouldReadHostileTextsOnAnyStack() throws InterruptedException {
        Thread small = new Thread(
                null,
                () -> {
                    SqlText.touchesWeir("COMMENT ON TABLE T IS '" + "''".repeat(1 << 19) + "'");
                    SqlText.withoutComments("/**/".repeat(1 << 18) + "SET X");
                    Setting.of("SET @V = 'a" + " ".repeat(1 << 19) + "b'");
                },
                "hostile",
                256 * 1024);
        Throwable[] thrown = new Throwable[1];
        small.setUncaughtExceptionHandler((thread, error) -> thrown[0] = error);
        small.start();
        small.join(10_000);
        assertThat(small.isAlive()).isFalse();
        assertThat(thrown[0]).isNull();
    }
}
