package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.TableName.Identifier;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteReaderTest {
    private final Classifier classifier = new Classifier(SqlDialect.H2, Set.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "INSERT INTO t VALUES (1, ?)|INSERT t values local",
                "INSERT INTO s.t (a, \"b c\") VALUES (?, ?), (1, UPPER('x'))|INSERT s.t set=a,\"b c\" values",
                "INSERT INTO t (a) VALUES (LENGTH(?) + 1)|INSERT t set=a values local",
                "INSERT INTO t (a) VALUES (RANDOM_UUID())|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (CURRENT_TIMESTAMP)|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (NEXT VALUE FOR s)|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (s.nextval)|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (@x)|INSERT t set=a values",
                "INSERT INTO t (a) VALUES ((SELECT MAX(a) FROM t))|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (my_function(1))|INSERT t set=a values",
                "INSERT INTO t (a) VALUES (DEFAULT)|INSERT t set=a values local",
                "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)|INSERT t set=a values local",
                "INSERT INTO t DEFAULT VALUES|INSERT t values local",
                "INSERT INTO t (a) SELECT b FROM u JOIN v ON u.i = v.i|INSERT t set=a",
                "INSERT INTO t (SELECT b FROM u)|INSERT t",
                "INSERT INTO t SELECT * FROM u|INSERT t",
                "INSERT INTO t TABLE u|INSERT t",
                "INSERT IGNORE INTO t VALUES (1)|UPSERT t values local",
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)|UPSERT t values",
                "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING|UPSERT t values local",
                "REPLACE INTO t (id, a) VALUES (1, 2)|UPSERT t set=id,a values deletes local",
                "MERGE INTO t (id, a) KEY (id) VALUES (?, ?)|MERGE_KEY t set=id,a keys=id values local",
                "MERGE INTO t VALUES (1, 2)|MERGE_KEY t values local",
                "MERGE INTO t (id) KEY (id) SELECT 1|MERGE_KEY t set=id keys=id",
                "MERGE INTO t AS x USING u ON x.i = u.i WHEN MATCHED THEN UPDATE SET a = 1|MERGE_USING t alias=x",
                "MERGE INTO t USING u ON t.i = u.i WHEN MATCHED THEN DELETE|MERGE_USING t deletes",
                "UPDATE t SET a = a + ?, b = 'x' WHERE id = ?|UPDATE t set=a,b keys=id local where=id = ? skip=1",
                "UPDATE t x SET x.a = 1 WHERE x.id = 5 AND b > 2|UPDATE t alias=x set=a keys=id local where=x.id = 5 AND b > 2 skip=0",
                "UPDATE t AS \"X\" SET a = ?|UPDATE t alias=\"X\" set=a local",
                "UPDATE t SET (a, b) = (1, 2) WHERE ? = id|UPDATE t set=a,b keys=id local where=? = id skip=0",
                "UPDATE t SET a = (SELECT MAX(b) FROM u) WHERE id = 1|UPDATE t set=a keys=id where=id = 1 skip=0",
                "UPDATE t SET a = 1 WHERE id = 1 OR b = 2|UPDATE t set=a local where=id = 1 OR b = 2 skip=0",
                "UPDATE t SET a = 1 WHERE (id = 1 OR b = 2) AND c = 3|UPDATE t set=a keys=c local where=(id = 1 OR b = 2) AND c = 3 skip=0",
                "UPDATE t SET a = 1 WHERE a BETWEEN 1 AND id = 5|UPDATE t set=a local where=a BETWEEN 1 AND id = 5 skip=0",
                "UPDATE t SET a = 1 WHERE NOT id = 5|UPDATE t set=a local where=NOT id = 5 skip=0",
                "UPDATE t SET a = 1 WHERE id = b|UPDATE t set=a local where=id = b skip=0",
                "UPDATE t SET a = 1 WHERE id = -5|UPDATE t set=a keys=id local where=id = -5 skip=0",
                "UPDATE t SET a = 1 WHERE id = ? FETCH FIRST 1 ROW ONLY|UPDATE t set=a keys=id limited where=id = ? skip=0",
                "UPDATE t SET a = NULL WHERE b IS DISTINCT FROM ?|UPDATE t set=a where=b IS DISTINCT FROM ? skip=0",
                "UPDATE t SET a = 1 WHERE id = ? AND b IN (SELECT i FROM u)|UPDATE t set=a keys=id where=id = ? AND b IN (SELECT i FROM u) skip=0",
                "DELETE FROM t|DELETE t local",
                "DELETE FROM t WHERE id = ? AND shop = 'a'|DELETE t keys=id,shop local where=id = ? AND shop = 'a' skip=0",
                "DELETE FROM s.t x WHERE x.id = 1|DELETE s.t alias=x keys=id local where=x.id = 1 skip=0",
                "DELETE FROM t WHERE a < 5 LIMIT 10|DELETE t limited where=a < 5 skip=0",
                "DELETE FROM t LIMIT 10|DELETE t limited",
                "DELETE t WHERE id = 1|DELETE t keys=id local where=id = 1 skip=0",
                "DELETE FROM t WHERE id = 1 -- c|DELETE t keys=id local where=id = 1 skip=0",
                "DELETE FROM t WHERE ROWNUM < 5|DELETE t where=ROWNUM < 5 skip=0",
                "DELETE FROM t WHERE ts < {ts '2020-01-01 00:00:00'}|DELETE t local where=ts < {ts '2020-01-01 00:00:00'} skip=0",
                "INSERT INTO t (a) VALUES (?1)|INSERT t set=a values local",
            })
    void shouldReadTheShape(String sql, String shape) {
        Classification classification = classifier.classify(sql);

        assertThat(classification.kind()).isEqualTo(Kind.WRITE);
        assertThat(show(classification.write())).isEqualTo(shape);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT * FROM FINAL TABLE (INSERT INTO t VALUES (1))|FINAL [] INSERT INTO t VALUES (1)",
                "SELECT id, x.name FROM FINAL TABLE (UPDATE t SET a = 1 WHERE id = ?) x|FINAL [id, name] UPDATE t SET a = 1 WHERE id = ?",
                "SELECT \"id\" FROM OLD TABLE(DELETE FROM t) AS \"t\"|OLD [id] DELETE FROM t",
                "SELECT id FROM NEW TABLE(DELETE FROM t)|NEW [id] DELETE FROM t",
                "SELECT id, USER FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT id + 1 FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT id AS i FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT id i FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT COUNT(*) FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT DISTINCT id FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "SELECT id FROM OLD TABLE(DELETE FROM t) WHERE id = ?|OLD null DELETE FROM t",
                "SELECT id FROM OLD TABLE(DELETE FROM t) x (a)|OLD null DELETE FROM t",
                "SELECT id FROM OLD TABLE(DELETE FROM t), u|OLD null DELETE FROM t",
                "SELECT ?, id FROM OLD TABLE(DELETE FROM t)|OLD null DELETE FROM t",
                "WITH x AS (SELECT id FROM OLD TABLE(DELETE FROM t)) SELECT id FROM x|OLD null DELETE FROM t",
            })
    void shouldReadTheQueryAroundADataModification(String sql, String shape) {
        WriteShape write = Objects.requireNonNull(classifier.classify(sql).write());
        WriteShape.Delta delta = Objects.requireNonNull(write.delta());
        List<Identifier> columns = delta.columns();
        assertThat(delta.side() + " "
                        + (columns == null
                                ? null
                                : columns.stream().map(Identifier::text).toList())
                        + " " + delta.statement())
                .isEqualTo(shape);
        assertThat(write.table().name().text()).isEqualTo("t");
    }

    @Test
    void shouldKeepTheLiteralsOfADataModificationInAQuery() {
        for (int i = 1; i < 4; i++) {
            String insert = "INSERT INTO t VALUES (" + i + ")";
            WriteShape write = Objects.requireNonNull(classifier
                    .classify("SELECT id FROM FINAL TABLE (" + insert + ")")
                    .write());
            assertThat(Objects.requireNonNull(write.delta()).statement()).isEqualTo(insert);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1 WHERE id = ?1",
                "UPDATE t SET a = u.a FROM u WHERE t.id = u.id",
                "DELETE TOP 5 FROM t",
                "INSERT INTO t AS x VALUES (1)",
                "INSERT INTO t SET a = 1",
                "INSERT t VALUES (1)",
                "UPDATE t",
                "UPDATE t SET",
                "UPDATE t SET a = 1 WHERE",
                "UPDATE t SET a = (1",
                "INSERT INTO",
                "INSERT INTO t",
                "DELETE FROM t WHERE [a b] = 1",
                "WITH x AS (SELECT 1) DELETE FROM t",
                "SELECT * FROM FINAL TABLE (INSERT INTO t VALUES (1)) a, FINAL TABLE (INSERT INTO t VALUES (2)) b",
                "WITH x AS (SELECT * FROM OLD TABLE (DELETE FROM t)) SELECT * FROM x, NEW TABLE (INSERT INTO t VALUES (1))",
                "SELECT * FROM FINAL TABLE (WITH x AS (SELECT 1) DELETE FROM t)",
                "EXPLAIN ANALYZE DELETE FROM t",
            })
    void shouldNotGuessWhatItDoesNotUnderstand(String sql) {
        Classification classification = classifier.classify(sql);

        assertThat(classification.kind()).isEqualTo(Kind.WRITE);
        assertThat(classification.write()).isNull();
    }

    @Test
    void shouldKeepTheLiteralsOfEachTextInItsCondition() {
        for (int i = 0; i < 3; i++) {
            String sql = "DELETE FROM t WHERE id = " + i + " AND name = 'n" + i + "'";
            assertThat(show(classifier.classify(sql).write())).contains("where=id = " + i + " AND name = 'n" + i + "'");
        }
    }

    @Test
    void shouldReadNoShapeOnPostgreSql() {
        Classification classification =
                new Classifier(SqlDialect.POSTGRESQL, Set.of()).classify("DELETE FROM t WHERE id = 1");

        assertThat(classification.kind()).isEqualTo(Kind.WRITE);
        assertThat(classification.write()).isNull();
    }

    private static String show(@Nullable WriteShape read) {
        WriteShape shape = Objects.requireNonNull(read);
        StringBuilder text = new StringBuilder(shape.verb().name()).append(' ');
        if (shape.table().schema() != null) {
            text.append(show(shape.table().schema())).append('.');
        }
        text.append(show(shape.table().name()));
        text.append(shape.alias() == null ? "" : " alias=" + show(shape.alias()));
        text.append(list(" set=", shape.assigned())).append(list(" keys=", shape.keyed()));
        text.append(shape.values() ? " values" : "").append(shape.deletes() ? " deletes" : "");
        text.append(shape.rowLocal() ? " local" : "").append(shape.limited() ? " limited" : "");
        if (!shape.where().isEmpty()) {
            text.append(" where=").append(shape.where()).append(" skip=").append(shape.parameters());
        }
        return text.toString();
    }

    private static String list(String label, List<Identifier> names) {
        return names.isEmpty()
                ? ""
                : label + names.stream().map(WriteReaderTest::show).collect(Collectors.joining(","));
    }

    private static String show(Identifier name) {
        return name.quoted() ? '"' + name.text() + '"' : name.text();
    }
}
