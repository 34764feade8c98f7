package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DdlReaderTest {
    private final Classifier classifier = new Classifier(SqlDialect.H2, Set.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "CREATE TABLE t (id INT PRIMARY KEY, c INT AS (id + 1))|-",
                "CREATE CACHED TABLE IF NOT EXISTS s.t (id INT)|-",
                "CREATE TABLE t AS SELECT * FROM u|- exclusive computes",
                "CREATE TABLE t (id INT) AS SELECT 1|- exclusive computes",
                "CREATE LOCAL TEMPORARY TABLE t (id INT)|- temporary",
                "CREATE GLOBAL TEMPORARY TABLE IF NOT EXISTS t (id INT)|t temporary",
                "CREATE TEMP TABLE s.t (id INT) AS SELECT 1|s.t exclusive computes temporary",
                "DECLARE GLOBAL TEMPORARY TABLE t (id INT)|t temporary",
                "DECLARE LOCAL TEMPORARY TABLE t (id INT)|- temporary",
                "CREATE TEMPORARY TABLE session.t (id INT)|- temporary",
                "CREATE INDEX i ON s.t (a, b)|s.t",
                "CREATE UNIQUE INDEX IF NOT EXISTS i ON \"T x\" (a)|T x",
                "CREATE PRIMARY KEY ON t (id)|t exclusive",
                "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW CALL 'x.Y'|t",
                "CREATE SEQUENCE s START WITH 5|- autonomous",
                "CREATE OR REPLACE VIEW v AS SELECT * FROM t|-",
                "CREATE MATERIALIZED VIEW v AS SELECT * FROM t|- exclusive computes",
                "CREATE SCHEMA s|-",
                "CREATE USER u PASSWORD 'x'|-",
                "CREATE ALIAS f FOR 'java.lang.Math.abs'|-",
                "CREATE LINKED TABLE l ('a', 'b', 'c', 'd', 'e')|- exclusive",
                "CREATE CONSTANT c VALUE 1|- exclusive",
                "ALTER SEQUENCE s RESTART WITH 5|- autonomous",
                "ALTER TABLE t ADD COLUMN c INT|t exclusive",
                "ALTER TABLE IF EXISTS s.t ADD c INT DEFAULT 5 NOT NULL|s.t exclusive",
                "ALTER TABLE t ADD c INT DEFAULT RANDOM_UUID()|t exclusive computes",
                "ALTER TABLE t ADD c INT DEFAULT 5 + RAND()|t exclusive computes",
                "ALTER TABLE t ADD c INT GENERATED ALWAYS AS IDENTITY|t exclusive computes",
                "ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0)|t",
                "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (b)|t",
                "ALTER TABLE t ADD PRIMARY KEY (a)|t",
                "ALTER TABLE t DROP CONSTRAINT x|t",
                "ALTER TABLE t DROP COLUMN c|t exclusive",
                "ALTER TABLE t RENAME TO u|t",
                "ALTER TABLE t ALTER COLUMN c RENAME TO d|t",
                "ALTER TABLE t ALTER COLUMN c SET DEFAULT 5|t",
                "ALTER TABLE t ALTER COLUMN IF EXISTS c DROP NOT NULL|t",
                "ALTER TABLE t ALTER COLUMN c SET DATA TYPE BIGINT|t exclusive",
                "ALTER TABLE t ALTER COLUMN c BIGINT|t exclusive",
                "ALTER TABLE t ALTER COLUMN c SET DATA TYPE BIGINT USING RAND()|t exclusive computes",
                "ALTER TABLE t ALTER COLUMN c RESTART WITH 5|t autonomous",
                "ALTER TABLE t SET REFERENTIAL_INTEGRITY FALSE|t autonomous",
                "ALTER VIEW v RECOMPILE|-",
                "ALTER DOMAIN d ADD CHECK (VALUE > 0)|- exclusive",
                "DROP TABLE t|t exclusive",
                "DROP TABLE IF EXISTS s.t CASCADE|s.t exclusive",
                "DROP TABLE t, u|- exclusive",
                "DROP VIEW v|-",
                "DROP SCHEMA s CASCADE|- exclusive",
                "DROP ALL OBJECTS|- exclusive",
                "TRUNCATE TABLE t RESTART IDENTITY|t exclusive",
                "GRANT SELECT ON t TO u|-",
                "COMMENT ON TABLE t IS 'x'|-",
                "REFRESH MATERIALIZED VIEW v|- exclusive computes",
            })
    void shouldReadTheShape(String sql, String shape) {
        Classification classification = classifier.classify(sql);

        assertThat(classification.kind()).isEqualTo(Kind.DDL);
        DdlShape ddl = Objects.requireNonNull(classification.ddl());
        assertThat(show(ddl)).isEqualTo(shape);
        assertThat(classification.pins()).isEqualTo(ddl.temporary() && ddl.table() == null);
    }

    private static String show(DdlShape ddl) {
        TableName table = ddl.table();
        String name = table == null
                ? "-"
                : (table.schema() == null ? "" : table.schema().text() + ".")
                        + table.name().text();
        return name
                + (ddl.exclusive() ? " exclusive" : "")
                + (ddl.computesData() ? " computes" : "")
                + (ddl.temporary() ? " temporary" : "")
                + (ddl.autonomous() ? " autonomous" : "");
    }
}
