package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Hint.Target;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HintReaderTest {
    private final Classifier classifier = new Classifier(SqlDialect.POSTGRESQL, Set.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/* weir: strong */ SELECT 1|STRONG||",
                "/*weir:session*/SELECT 1|SESSION||",
                "/* WEIR: Eventual */ SELECT 1|EVENTUAL||",
                "/* weir: primary */ SELECT 1|PRIMARY||",
                "/* weir: replica */ SELECT 1|REPLICA||",
                "/* weir: max-staleness=500ms */ SELECT 1||500|",
                "/* weir: after=abc.12 */ SELECT 1|||abc.12",
                "/* weir: replica, max-staleness=2s after=x=y */ SELECT 1|REPLICA|2000|x=y",
                "/* query name */ /* weir: strong */ -- more|STRONG||",
                "/* c */ /* weir: strong */ DELETE FROM t|STRONG||",
                "/* weir: strong */|STRONG||",
            })
    void shouldReadALeadingHint(
            String sql, @Nullable Target target, @Nullable Long milliseconds, @Nullable String after) {
        Duration staleness = milliseconds == null ? null : Duration.ofMillis(milliseconds);

        assertThat(classifier.classify(sql).hint()).isEqualTo(new Hint(target, staleness, after));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT '/* weir: primary */'",
                "SELECT /* weir: primary */ 1",
                "SELECT 1 /* weir: primary */",
                "(/* weir: primary */ SELECT 1)",
                "; /* weir: primary */ SELECT 1",
                "/* the weir: primary */ SELECT 1",
                "/* weird: primary */ SELECT 1",
                "-- weir: primary\nSELECT 1",
                "/* c /* weir: primary */ */ SELECT 1",
            })
    void shouldIgnoreWhatIsNoLeadingHint(String sql) {
        assertThat(classifier.classify(sql).hint()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/* weir: stong */ SELECT 1",
                "/* weir: */ SELECT 1",
                "/* weir: strong eventual */ SELECT 1",
                "/* weir: strong */ /* weir: eventual */ SELECT 1",
                "/* weir: max-staleness=soon */ SELECT 1",
                "/* weir: max-staleness=-1s */ SELECT 1",
                "/* weir: max-staleness */ SELECT 1",
                "/* weir: after= */ SELECT 1",
                "/* weir: strong=1 */ SELECT 1",
                "/* weir: eventual, */ SELECT 1",
            })
    void shouldGoToThePrimaryWhenAHintIsNotUnderstood(String sql) {
        assertThat(classifier.classify(sql).hint()).isEqualTo(new Hint(Target.PRIMARY, null, null));
    }

    @Test
    void shouldNotLetOneHintServeAnotherTextOfTheSameShape() {
        assertThat(classifier.classify("SELECT 1").hint()).isNull();
        Classification strong = classifier.classify("/* weir: strong */ SELECT 2");
        Classification after = classifier.classify("/* weir: after=t3 */ SELECT 3");

        assertThat(strong.hint()).isEqualTo(new Hint(Target.STRONG, null, null));
        assertThat(after.hint()).isEqualTo(new Hint(null, null, "t3"));
        assertThat(classifier.classify("SELECT 4").hint()).isNull();
        assertThat(strong.kind()).isEqualTo(Kind.READ);
    }

    @Test
    void shouldLeaveTheHintsOfAnExplainedStatementInItsText() {
        Classification explain =
                classifier.classify("/* weir: strong */ EXPLAIN ROUTE /* weir: replica */ SELECT 1; SELECT 'a' ");

        assertThat(explain.kind()).isEqualTo(Kind.EXPLAIN_ROUTE);
        assertThat(explain.argument()).isEqualTo("/* weir: replica */ SELECT 1; SELECT 'a'");
    }
}
