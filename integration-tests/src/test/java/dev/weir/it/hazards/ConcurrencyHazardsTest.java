package dev.weir.it.hazards;

import static dev.weir.it.hazards.Hazard.diverging;
import static dev.weir.it.hazards.Hazard.harmless;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 1 to 4, 11, 12, 24, 25 and 29 of the table of hazards: what depends on what others do meanwhile, and on the order of rows. */
final class ConcurrencyHazardsTest {
    private static final String ACCOUNTS = """
            CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER, G INTEGER)
            INSERT INTO T VALUES (1, 10, 1), (2, 20, 1), (3, 30, 2)
            """;
    private static final String BAG = """
            CREATE TABLE B(N INTEGER, S VARCHAR(9), L CLOB)
            """;
    private static final HazardLab LAB = new HazardLab("");

    static Stream<Hazard> hazards() {
        return Stream.of(
                diverging("1, 2 a range is changed before another session's row is in it", ACCOUNTS, """
                        1> BEGIN
                        1> UPDATE T SET N = N + 1 WHERE G = 1
                        2> INSERT INTO T VALUES (4, 40, 1)
                        1> COMMIT
                        """),
                diverging("2 a range is deleted whose key another session changes", ACCOUNTS, """
                        1> BEGIN
                        1> DELETE FROM T WHERE G = 1
                        2> UPDATE T SET G = 1 WHERE ID = 3
                        1> COMMIT
                        """),
                diverging(
                        "3 each session counts without the other's row",
                        "CREATE TABLE T(ID INTEGER PRIMARY KEY, N INTEGER)\n",
                        """
                        1> BEGIN
                        2> BEGIN
                        1> INSERT INTO T SELECT 1, COUNT(*) FROM T
                        2> INSERT INTO T SELECT 2, COUNT(*) FROM T
                        1> COMMIT
                        2> COMMIT
                        """),
                diverging("3 write skew under SERIALIZABLE", ACCOUNTS, """
                        1> SERIALIZABLE
                        2> SERIALIZABLE
                        1> BEGIN
                        2> BEGIN
                        1> UPDATE T SET N = (SELECT SUM(N) FROM T) WHERE ID = 1
                        2> UPDATE T SET N = (SELECT SUM(N) FROM T) WHERE ID = 2
                        1> COMMIT
                        2~ COMMIT
                        """),
                diverging("4 a statement finds nothing to change, as the row is not committed yet", ACCOUNTS, """
                        1> BEGIN
                        1> INSERT INTO T VALUES (9, 90, 9)
                        2> BEGIN
                        2> UPDATE T SET N = 0 WHERE ID = 9
                        2> UPDATE T SET N = 0 WHERE ID = 1
                        1> COMMIT
                        2> COMMIT
                        """),
                diverging("11 rows come in the order in which they were inserted", BAG, """
                        1> BEGIN
                        1> INSERT INTO B(N, S) VALUES (1, 'first')
                        2> INSERT INTO B(N, S) VALUES (2, 'second')
                        1> COMMIT
                        1> DELETE FROM B FETCH FIRST ROW ONLY
                        """),
                diverging(
                        "11 identities follow the order in which a query gives rows",
                        BAG + "CREATE TABLE T(ID INTEGER AUTO_INCREMENT PRIMARY KEY, S VARCHAR(9))\n",
                        """
                        1> BEGIN
                        1> INSERT INTO B(N, S) VALUES (1, 'first')
                        2> INSERT INTO B(N, S) VALUES (1, 'second')
                        1> COMMIT
                        1> INSERT INTO T(S) SELECT S FROM B ORDER BY N
                        """),
                harmless("12 a table without a primary key", BAG, """
                        1> INSERT INTO B VALUES (1, 'x', 'long'), (1, 'x', 'long'), (1, NULL, NULL), (2, 'y', '')
                        1> UPDATE B SET S = 'z' WHERE N = 1 AND S IS NOT NULL FETCH FIRST ROW ONLY
                        1> DELETE FROM B WHERE S IS NULL
                        1> UPDATE B SET N = N + 1
                        1> MERGE INTO B(N, S) KEY (N) VALUES (3, 'm')
                        1> DELETE FROM B WHERE S = 'x'
                        """),
                diverging("24 a part of a transaction is rolled back", ACCOUNTS, """
                        1> BEGIN
                        1> UPDATE T SET N = 1 WHERE ID = 1
                        1> SAVEPOINT A
                        1> UPDATE T SET N = N + 5
                        1> DELETE FROM T WHERE ID = 3
                        1> ROLLBACK TO SAVEPOINT A
                        1> UPDATE T SET N = 2 WHERE ID = 2
                        1> COMMIT
                        1> BEGIN
                        1> DELETE FROM T
                        1> ROLLBACK
                        """),
                harmless("25 a statement fails half way", ACCOUNTS, """
                        1> BEGIN
                        1! INSERT INTO T VALUES (7, 7, 7), (1, 1, 1)
                        1! UPDATE T SET ID = 2 WHERE ID > 0
                        1! UPDATE T SET N = 1 / (ID - 3)
                        1> INSERT INTO T VALUES (8, 8, 8)
                        1> COMMIT
                        1! DELETE FROM T WHERE 1 / (ID - 3) < 2
                        """),
                diverging("29 rows that another session holds are skipped", ACCOUNTS, """
                        1> BEGIN
                        1> SELECT * FROM T WHERE ID = 1 FOR UPDATE
                        2> UPDATE T SET N = 0 WHERE ID = (SELECT ID FROM T ORDER BY ID FETCH FIRST ROW ONLY FOR UPDATE SKIP LOCKED)
                        1> COMMIT
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
