package dev.weir.it.hazards;

import static dev.weir.it.hazards.Hazard.diverging;
import static dev.weir.it.hazards.Hazard.harmless;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows 5 to 8, 18 to 21 and 31 of the table of hazards: values that differ whenever and wherever they are computed, and settings that texts depend on. */
final class VolatileHazardsTest {
    private static final String STAMPED = """
            CREATE TABLE T(ID INTEGER PRIMARY KEY, AT TIMESTAMP(9) WITH TIME ZONE, S VARCHAR(100), R DOUBLE PRECISION, U UUID, B VARBINARY(20))
            INSERT INTO T(ID) VALUES (1), (2), (3)
            """;
    private static final HazardLab LAB = new HazardLab("");

    static Stream<Hazard> hazards() {
        return Stream.of(
                diverging("5 the present time", STAMPED, """
                        1> INSERT INTO T(ID, AT) VALUES (4, CURRENT_TIMESTAMP(9))
                        1> UPDATE T SET AT = CURRENT_TIMESTAMP WHERE ID = 1
                        1> UPDATE T SET S = CAST(LOCALTIME AS VARCHAR) || CURRENT_DATE WHERE ID > 1
                        1> MERGE INTO T(ID, AT) KEY (ID) VALUES (4, LOCALTIMESTAMP), (5, NOW())
                        1> DELETE FROM T WHERE AT < CURRENT_TIMESTAMP AND ID = 2
                        """),
                diverging("6 defaults and ON UPDATE", """
                        CREATE DOMAIN STAMP AS TIMESTAMP(9) DEFAULT LOCALTIMESTAMP
                        CREATE TABLE T(ID INTEGER PRIMARY KEY, U UUID DEFAULT RANDOM_UUID(), AT STAMP, M TIMESTAMP(9) DEFAULT LOCALTIMESTAMP ON UPDATE LOCALTIMESTAMP, N INTEGER)
                        """, """
                        1> INSERT INTO T(ID) VALUES (1), (2)
                        1> UPDATE T SET N = 1 WHERE ID = 1
                        1> UPDATE T SET U = DEFAULT WHERE ID = 2
                        1> MERGE INTO T(ID, N) KEY (ID) VALUES (2, 2), (3, 3)
                        1> INSERT INTO T(ID, AT) VALUES (4, DEFAULT)
                        """),
                diverging("7 random values", STAMPED, """
                        1> UPDATE T SET U = RANDOM_UUID(), R = RAND(), B = SECURE_RAND(20)
                        1> INSERT INTO T(ID, U, R) VALUES (4, RANDOM_UUID(), RANDOM())
                        1> INSERT INTO T(ID, S) SELECT ID + 10, S FROM T ORDER BY RAND() FETCH FIRST 2 ROWS ONLY
                        """),
                diverging("8 facts of the session and of the node", STAMPED, """
                        2> SET @V = 'two'
                        2> UPDATE T SET S = @V WHERE ID = 1
                        1> UPDATE T SET S = SESSION_ID() || USER || CURRENT_SCHEMA || COALESCE(@V, 'none') WHERE ID = 2
                        1> UPDATE T SET S = DATABASE_PATH() || MEMORY_USED() || LOCK_TIMEOUT() WHERE ID = 3
                        1> INSERT INTO T(ID, S) SELECT ID + 10 * ROWNUM(), ANY_VALUE(S) FROM T GROUP BY ID, ROWNUM()
                        1> INSERT INTO T(ID, R) SELECT ID + 100, ROW_NUMBER() OVER () FROM T
                        """),
                diverging("18 the session's settings", STAMPED + """
                                CREATE SCHEMA IF NOT EXISTS OTHER18
                                CREATE TABLE OTHER18.T(ID INTEGER PRIMARY KEY, S VARCHAR(100))
                                CREATE TABLE OTHER18.FOUND(ID INTEGER PRIMARY KEY)
                                """, """
                        1> INSERT INTO T(ID) VALUES (7)
                        1> SET SCHEMA OTHER18
                        2> INSERT INTO T(ID) VALUES (8)
                        1> INSERT INTO T VALUES (7, 'other')
                        1> UPDATE T SET S = S || '!' WHERE ID = 7
                        2> DELETE FROM T WHERE ID = 7
                        2> SET VARIABLE_BINARY TRUE
                        2> UPDATE T SET B = CAST('aa' AS VARBINARY) WHERE ID = 8
                        2> SET NON_KEYWORDS VALUE
                        2> UPDATE T SET S = 'x' WHERE ID = 8
                        """),
                diverging("19 the session's time zone", STAMPED, """
                        1> SET TIME ZONE 'Asia/Tokyo'
                        2> SET TIME ZONE 'America/St_Johns'
                        1> INSERT INTO T(ID, AT) VALUES (4, TIMESTAMP '2024-03-10 02:30:00')
                        2> INSERT INTO T(ID, AT) VALUES (5, TIMESTAMP '2024-03-10 02:30:00')
                        2> UPDATE T SET S = CAST(AT AS DATE) WHERE ID = 4
                        1> UPDATE T SET S = EXTRACT(HOUR FROM CAST(AT AS TIMESTAMP)) WHERE ID = 5
                        1> UPDATE T SET S = AT AT LOCAL WHERE ID = 5
                        """),
                harmless("20, 21 formats of the locale, floating point", STAMPED, """
                        1> UPDATE T SET S = FORMATDATETIME(TIMESTAMP '2024-12-30 00:00:00', 'EEEE d MMMM yyyy', 'de') WHERE ID = 1
                        1> UPDATE T SET S = WEEK(DATE '2024-12-30') || DAY_OF_WEEK(DATE '2024-12-30') || TO_CHAR(1234.5, 'L9G999D99') WHERE ID = 2
                        1> UPDATE T SET R = EXP(1.1) + SIN(ID) / 3 + POWER(ID, 0.3)
                        1> INSERT INTO T(ID, R) SELECT 9, SUM(R) / 7 FROM T
                        1> INSERT INTO T(ID, R) VALUES (10, -0.0), (11, 'NaN'), (12, 'Infinity'), (13, 4.9E-324)
                        """),
                harmless("31 values are rounded when they are stored", """
                        CREATE TABLE T(ID INTEGER PRIMARY KEY, A TIMESTAMP, B TIME(0), N NUMERIC(6, 2), R REAL, C CHAR(5), V VARCHAR(3))
                        """, """
                        1> INSERT INTO T VALUES (1, TIMESTAMP '2024-01-01 00:00:00.123456789', TIME '23:59:59.4', 1.005, 0.1, 'ab', 'ab')
                        1> UPDATE T SET A = TIMESTAMP '2024-12-31 23:59:59.9999999', N = 9999.994 WHERE ID = 1
                        1! UPDATE T SET V = 'abcd'
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
