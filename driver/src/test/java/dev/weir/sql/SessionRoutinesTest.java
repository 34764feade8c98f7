package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRoutinesTest {
    private static final SessionRoutines ROUTINES = new SessionRoutines(
            new SessionEffects(Set.of("become"), Set.of("guard")),
            new SessionEffects(Set.of("marked"), Set.of("guarded")));

    private static Classifier classifier() {
        Classifier classifier = new Classifier(SqlDialect.POSTGRESQL, Set.of());
        classifier.update(new Schema(List.of(), Syntax.POSTGRESQL, Set.of(), Map.of(), ROUTINES));
        return classifier;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT become(1) | PRIMARY_READ | LEAVES SETTING
            SELECT x FROM t WHERE id = app.Become (1) | PRIMARY_READ | LEAVES SETTING
            SELECT guard(), become(1) | PRIMARY_READ | LEAVES SETTING
            SELECT guard() | PRIMARY_READ | LEAVES OBJECTS
            CALL become(1) | CALL | LEAVES SETTING
            { call become(?) } | CALL | LEAVES SETTING
            INSERT INTO t VALUES (become(1)) | WRITE | LEAVES SETTING
            UPDATE t SET a = guard() | WRITE | LEAVES OBJECTS
            INSERT INTO marked VALUES (1) | WRITE | LEAVES SETTING
            DELETE FROM app."marked" WHERE id IN (SELECT id FROM t) | WRITE | LEAVES SETTING
            WITH d AS (DELETE FROM guarded RETURNING id) SELECT * FROM d | WRITE | LEAVES OBJECTS
            DO $$BEGIN UPDATE marked SET a = 1; END$$ | CALL | LEAVES SETTING
            DO $$BEGIN SET search_path = x; END$$ | CALL | LEAVES SETTING
            DO $$BEGIN EXECUTE 'RESET ALL'; END$$ | CALL | LEAVES SETTING
            DO $$BEGIN PERFORM set_config('a.b', 'c', false); END$$ | CALL | LEAVES SETTING
            DO $$BEGIN PERFORM become(1); END$$ | CALL | LEAVES SETTING
            DO $$BEGIN CREATE TEMPORARY TABLE x (a int); END$$ | CALL | LEAVES OBJECTS
            """)
    void shouldHoldWhatCallsARoutineThatLeavesSomething(String sql, Kind kind, String argument) {
        Classification classification = classifier().classify(sql);

        assertThat(classification.kind()).isEqualTo(kind);
        assertThat(classification.pins()).isTrue();
        assertThat(classification.argument()).isEqualTo(argument);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SELECT become FROM t
            UPDATE t SET become = 1
            SELECT other(1)
            CALL other(1)
            DO $$BEGIN UPDATE t SET a = 1; END$$
            DO $$BEGIN SET LOCAL search_path = x; END$$
            DO $$BEGIN PERFORM set_config('a.b', 'c', true); END$$
            """)
    void shouldNotHoldWhatLeavesNothing(String sql) {
        assertThat(classifier().classify(sql).pins()).isFalse();
    }

    /** Without their literals all blocks are the same text. */
    @Test
    void shouldNotTakeOneBlockForAnother() {
        Classifier classifier = classifier();

        assertThat(classifier.classify("DO $$BEGIN PERFORM 1; END$$").pins()).isFalse();
        assertThat(classifier.classify("DO $$BEGIN SET a.b = 1; END$$").pins()).isTrue();
    }
}
