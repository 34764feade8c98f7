package dev.weir.it.hazards;

import static dev.weir.it.hazards.Hazard.diverging;
import static dev.weir.it.hazards.Hazard.harmless;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 13, 15, 23, 28 and 30 of the table of hazards: schema changes, tables that replicas do not have, and statements that hide others. */
final class SchemaHazardsTest {
    private static final String T = """
            CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER, S VARCHAR(40))
            INSERT INTO T VALUES (1, 1, 'a'), (2, 2, 'b')
            """;
    private static final HazardLab LAB = new HazardLab("");

    static Stream<Hazard> hazards() {
        return Stream.of(
                harmless("13 a schema change commits what came before it, and even if it fails", T, """
                        1> BEGIN
                        1> INSERT INTO T VALUES (3, 3, 'c')
                        1> CREATE TABLE U(ID INTEGER PRIMARY KEY)
                        1> INSERT INTO U VALUES (1)
                        1! CREATE TABLE U(ID INTEGER)
                        1> INSERT INTO U VALUES (2)
                        1> COMMIT
                        """),
                harmless("13 every kind of change of a table", T, """
                        1> ALTER TABLE T ADD COLUMN D DECFLOAT DEFAULT 1.5
                        1> CREATE INDEX I ON T(N DESC NULLS LAST)
                        1> ALTER TABLE T ALTER COLUMN N BIGINT
                        1> ALTER TABLE T ADD CONSTRAINT C CHECK (N > 0)
                        1! INSERT INTO T VALUES (3, 0, 'c', 1)
                        1> ALTER TABLE T RENAME COLUMN S TO "mixed Case"
                        1> INSERT INTO T(ID, N, "mixed Case") VALUES (4, 4, 'd')
                        1> ALTER TABLE T RENAME TO "tab.le"
                        1> UPDATE "tab.le" SET D = D * 2
                        1> CREATE VIEW V AS SELECT * FROM "tab.le"
                        1> COMMENT ON TABLE "tab.le" IS 'it''s a comment; with DROP TABLE x'
                        1> COMMENT ON COLUMN "tab.le".N IS 'n'
                        1> ANALYZE
                        1> CREATE SYNONYM SY FOR "tab.le"
                        1> INSERT INTO SY(ID, N) VALUES (9, 9)
                        1> DROP VIEW V
                        1> CREATE SCHEMA IF NOT EXISTS MORE13
                        1> CREATE DOMAIN POSITIVE AS INTEGER CHECK (VALUE > 0)
                        1> CREATE TABLE MORE13.X(N POSITIVE, E ENUM('a', 'b'), A INTEGER ARRAY)
                        1> INSERT INTO MORE13.X VALUES (1, 'a', ARRAY[1, NULL])
                        1> TRUNCATE TABLE MORE13.X
                        1> DROP SCHEMA MORE13 CASCADE
                        """),
                diverging("15 a table is made from a query", T, """
                        1> CREATE TABLE C AS SELECT ID, RANDOM_UUID() U, LOCALTIMESTAMP A FROM T
                        1> ALTER TABLE T ADD COLUMN U UUID DEFAULT RANDOM_UUID() NOT NULL
                        1> ALTER TABLE T ADD COLUMN U2 UUID
                        1> ALTER TABLE T ALTER COLUMN U SET DEFAULT RANDOM_UUID()
                        1> UPDATE T SET U = DEFAULT
                        1? CREATE MATERIALIZED VIEW M AS SELECT COUNT(*) C FROM T
                        """),
                diverging("23 temporary tables", T, """
                        1> CREATE LOCAL TEMPORARY TABLE L(ID INTEGER PRIMARY KEY, U UUID DEFAULT RANDOM_UUID())
                        1> INSERT INTO L(ID) VALUES (10), (11)
                        2> CREATE LOCAL TEMPORARY TABLE L(ID INTEGER PRIMARY KEY, U UUID DEFAULT RANDOM_UUID())
                        2> INSERT INTO L(ID) VALUES (20)
                        1> INSERT INTO T(ID, S) SELECT ID, U FROM L
                        2> INSERT INTO T(ID, S) SELECT ID, U FROM L
                        1> UPDATE T SET N = (SELECT COUNT(*) FROM L)
                        1> DELETE FROM T WHERE ID IN (SELECT ID FROM L WHERE ID > 10)
                        1> DROP TABLE L
                        """),
                harmless("23 linked tables", T, """
                        1> CREATE LINKED TABLE R('', 'jdbc:h2:mem:linked-%d', 'sa', '', '(SELECT 5 ID, ''remote'' S)')
                        1> INSERT INTO T(ID, S) SELECT ID, S FROM R
                        1> DROP TABLE R
                        """.formatted(System.nanoTime())),
                diverging("28 statements in disguise", T, """
                        1> SELECT ID FROM FINAL TABLE (INSERT INTO T VALUES (5, 5, RANDOM_UUID()))
                        1> SELECT COUNT(*) FROM OLD TABLE (UPDATE T SET S = RANDOM_UUID() WHERE ID < 3)
                        1> INSERT INTO T VALUES (6, 6, 'six'); UPDATE T SET S = RANDOM_UUID() WHERE ID = 6
                        1> EXPLAIN ANALYZE DELETE FROM T WHERE ID = 1
                        1> EXECUTE IMMEDIATE 'DELETE FROM T WHERE ID = 4711'
                        1> EXPLAIN DELETE FROM T
                        """),
                harmless("13 a transaction is prepared for a commit in two phases", T, """
                        1> BEGIN
                        1> UPDATE T SET N = 7 WHERE ID = 1
                        1? PREPARE COMMIT P13
                        1> UPDATE T SET N = N + 1 WHERE ID = 1
                        1> COMMIT
                        1? COMMIT TRANSACTION P13
                        1? ROLLBACK TRANSACTION P13
                        1> UPDATE T SET N = N + 1 WHERE ID = 1
                        """),
                harmless("28 a file is read", T, """
                        1> CALL CSVWRITE('%1$s.csv', 'SELECT ID + 10 AS ID, N, S FROM T')
                        1> INSERT INTO T SELECT * FROM CSVREAD('%1$s.csv')
                        1> UPDATE T SET S = (SELECT MAX(S) FROM CSVREAD('%1$s.csv')) WHERE ID = 1
                        1> INSERT INTO T(ID, S) VALUES (99, UTF8TOSTRING(FILE_READ('%1$s.csv')))
                        """.formatted(
                                System.getProperty("java.io.tmpdir") + "/weir-hazard-" + System.nanoTime())),
                harmless("30 users, roles, grants and settings", T, """
                        1> CREATE USER IF NOT EXISTS READER30 PASSWORD 'secret30'
                        1> CREATE ROLE IF NOT EXISTS ROLE30
                        1> GRANT SELECT, INSERT ON T TO ROLE30
                        1> GRANT ROLE30 TO READER30
                        1> REVOKE INSERT ON T FROM ROLE30
                        1? SET MODE MySQL
                        1? SET COLLATION GERMAN
                        1? SET IGNORECASE TRUE
                        1> SET LOCK_TIMEOUT 3000
                        1> INSERT INTO T VALUES (3, 3, 'c')
                        1> DROP USER READER30
                        1> DROP ROLE ROLE30
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hazards")
    void shouldKeepReplicaEqual(Hazard hazard) throws SQLException {
        LAB.run(hazard);
    }

    @AfterAll
    static void close() throws SQLException {
        LAB.close();
    }
}
