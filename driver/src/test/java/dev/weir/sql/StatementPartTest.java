package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementPartTest {
    private final Classifier classifier = new Classifier(SqlDialect.H2, Set.of());

    @Test
    void shouldEndPartsWhereTheDialectDoes() {
        assertThat(classifier.parts("/* weir: primary */ INSERT INTO T VALUES (?, ';?'); -- ;\n"
                        + " UPDATE T SET \"a;b\" = ? /* ; */;; CREATE ALIAS F AS $$ int f() { return 1; } $$;"))
                .isEqualTo(List.of(
                        new StatementPart("/* weir: primary */ INSERT INTO T VALUES (?, ';?')", 1),
                        new StatementPart("UPDATE T SET \"a;b\" = ?", 1),
                        new StatementPart("CREATE ALIAS F AS $$ int f() { return 1; } $$", 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO T VALUES (?2, ?1); DELETE FROM T",
                "INSERT INTO T VALUES ('a; DELETE FROM T",
                "INSERT INTO T VALUES (1; DELETE FROM T)",
                "DELETE FROM T; /* open",
            })
    void shouldNotSplitInDoubt(String sql) {
        assertThat(classifier.parts(sql)).isNull();
    }
}
