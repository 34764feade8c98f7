package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HarmlessTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            SELECT a FROM t WHERE update_time > 1 AND note = 'for update; delete' | true
            /* insert */ select "into" from t -- delete | true
            WITH x AS (SELECT 1) SELECT * FROM x | true
            SET application_name = 'x' | true
            COMMIT | true
            SELECT a FROM t FOR UPDATE | false
            SELECT a FROM t FOR NO KEY UPDATE | false
            SELECT a FROM (SELECT a FROM t FOR SHARE) x | false
            SELECT 1; DELETE FROM t | false
            WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM x | false
            SELECT a INTO u FROM t | false
            SELECT nextval('s') | false
            SELECT NEXT VALUE FOR s | false
            SELECT a FROM FINAL TABLE (MERGE INTO t VALUES (1)) | false
            SELECT pg_try_advisory_lock(1) | false
            CALL p() | false
            UPDATE t SET a = 1 | false
            """)
    void shouldTellReadsFromTheRest(String sql, boolean harmless) {
        assertThat(Harmless.isHarmless(sql)).isEqualTo(harmless);
    }
}
