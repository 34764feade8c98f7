package dev.weir.it.hazards;

import static dev.weir.it.hazards.Hazard.diverging;
import static dev.weir.it.hazards.Hazard.harmless;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type in every form of logging, and the modes of H2, with names that need quotes. */
final class TypeHazardsTest {
    /** Column definition, and three values in SQL. */
    private static final String[][] TYPES = {
        {"CHAR(5)", "'ab'", "''", "'\u00e4\u00f6\u00fc'"},
        {"VARCHAR(40)", "'it''s'", "''", "U&'\\+01F600'"},
        {"VARCHAR_IGNORECASE(40)", "'Ab'", "'aB'", "' '"},
        {"CLOB", "'c'", "REPEAT('long', 5000)", "''"},
        {"BINARY(3)", "X'00ff'", "X'010203'", "X''"},
        {"VARBINARY(9)", "X'00ff'", "X''", "X'7f'"},
        {"BLOB", "X'00'", "CAST(REPEAT('00ff', 5000) AS BLOB)", "X''"},
        {"BOOLEAN", "TRUE", "FALSE", "TRUE"},
        {"TINYINT", "-128", "127", "0"},
        {"SMALLINT", "-32768", "32767", "0"},
        {"BIGINT", "-9223372036854775808", "9223372036854775807", "0"},
        {"NUMERIC(38, 10)", "1.10", "-0.0000000001", "1e20"},
        {"REAL", "0.1", "-0.0", "'NaN'"},
        {"DOUBLE PRECISION", "4.9E-324", "'-Infinity'", "0.1"},
        {"DECFLOAT(34)", "1.10", "1E+6000", "-1E-6000"},
        {"DATE", "DATE '-0001-02-28'", "DATE '9999-12-31'", "DATE '1582-10-10'"},
        {"TIME(9)", "TIME '23:59:59.999999999'", "TIME '00:00:00'", "TIME '02:30:00'"},
        {
            "TIME(9) WITH TIME ZONE",
            "TIME WITH TIME ZONE '10:00:00.000000001+05:30'",
            "TIME WITH TIME ZONE '10:00:00-18'",
            "TIME WITH TIME ZONE '00:00:00Z'"
        },
        {
            "TIMESTAMP(9)",
            "TIMESTAMP '2024-03-31 02:30:00.123456789'",
            "TIMESTAMP '-0100-01-01 00:00:00'",
            "TIMESTAMP '2024-10-27 02:30:00'"
        },
        {
            "TIMESTAMP(9) WITH TIME ZONE",
            "TIMESTAMP WITH TIME ZONE '2024-03-31 02:30:00.123456789+09:30'",
            "TIMESTAMP WITH TIME ZONE '2024-10-27 02:30:00 Europe/Berlin'",
            "TIMESTAMP WITH TIME ZONE '1900-01-01 00:00:00Z'"
        },
        {
            "INTERVAL YEAR TO MONTH",
            "INTERVAL '-1-11' YEAR TO MONTH",
            "INTERVAL '0-0' YEAR TO MONTH",
            "INTERVAL '99-1' YEAR TO MONTH"
        },
        {
            "INTERVAL DAY(9) TO SECOND(9)",
            "INTERVAL '1 02:03:04.000000005' DAY TO SECOND",
            "INTERVAL '-99999 00:00:00' DAY(9) TO SECOND",
            "INTERVAL '0 00:00:01' DAY TO SECOND"
        },
        {"ENUM('small', 'It''s', 'BIG')", "'small'", "'It''s'", "'BIG'"},
        {"GEOMETRY", "'POINT (1 2)'", "'SRID=4326;POLYGON ((0 0, 1 0, 1 1, 0 0))'", "'POINT Z (1 2 3)'"},
        {"JSON", "JSON '{\"a\": [1, null, \"x\"]}'", "JSON '\"text\"'", "JSON 'null'"},
        {
            "UUID",
            "UUID '00000000-0000-0000-0000-000000000000'",
            "UUID 'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            "UUID '12345678-9abc-def0-1234-56789abcdef0'"
        },
        {"INTEGER ARRAY", "ARRAY[1, NULL, 3]", "ARRAY[]", "ARRAY[-1]"},
        {"VARCHAR(9) ARRAY ARRAY", "ARRAY[ARRAY['a'], ARRAY[]]", "ARRAY[]", "ARRAY[ARRAY[NULL, '']]"},
        {"ROW(A INTEGER, B VARCHAR(9))", "ROW(1, 'x')", "ROW(NULL, NULL)", "ROW(2, '')"},
        {"JAVA_OBJECT", "CAST(X'aced0005740001' || X'78' AS JAVA_OBJECT)", "CAST(X'aced000570' AS JAVA_OBJECT)", "NULL"
        },
    };

    private static final String[] MODES = {
        "",
        ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
        ";MODE=MySQL;DATABASE_TO_LOWER=TRUE",
        ";MODE=Oracle",
        ";MODE=MSSQLServer",
        ";MODE=LEGACY",
        ";CASE_INSENSITIVE_IDENTIFIERS=TRUE",
        ";IGNORECASE=TRUE",
    };

    static Stream<Hazard> types() {
        return Stream.of(TYPES).map(TypeHazardsTest::ofType);
    }

    /** As text by key, as images, as a bag, through a trigger, through a comparison of equal rows. */
    private static Hazard ofType(String[] type) {
        String setup = """
                CREATE TABLE KEYED(ID INTEGER PRIMARY KEY, V %1$s, U UUID DEFAULT RANDOM_UUID())
                CREATE TABLE BAG(V %1$s, W %1$s)
                CREATE TABLE TRIGGERED(ID INTEGER, S VARCHAR(40), V %1$s)
                CREATE TRIGGER TR BEFORE INSERT, UPDATE ON TRIGGERED FOR EACH ROW CALL '%2$s'
                """.formatted(type[0], Triggers.Stamp.class.getName());
        StringBuilder steps = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            steps.append("1> INSERT INTO KEYED(ID, V) VALUES (%d, %s)\n".formatted(i, type[i]));
            steps.append("1> INSERT INTO BAG VALUES (%s, NULL), (%s, %s)\n".formatted(type[i], type[i], type[1]));
            steps.append("1> INSERT INTO TRIGGERED VALUES (%d, 's', %s)\n".formatted(i, type[i]));
        }
        steps.append("""
                1> UPDATE KEYED SET V = (SELECT V FROM KEYED WHERE ID = 2) WHERE ID = 1
                1> UPDATE KEYED SET V = %1$s WHERE ID = 3
                1> UPDATE BAG SET W = V WHERE W IS NULL
                1> DELETE FROM BAG FETCH FIRST 2 ROWS ONLY
                1> UPDATE TRIGGERED SET V = %1$s WHERE ID = 2
                1> DELETE FROM TRIGGERED WHERE ID = 3
                """.formatted(type[1]));
        return diverging(type[0], setup, steps.toString());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("types")
    void shouldCarryEveryType(Hazard hazard) throws SQLException {
        Shared.LAB.run(hazard);
    }

    static Stream<Arguments> modes() {
        return Stream.of(MODES).map(mode -> Arguments.of(mode, harmless("mode " + mode, """
                        CREATE TABLE "Mixed Case"("a ""quoted"" one" INTEGER PRIMARY KEY, "sélect" VARCHAR(20) UNIQUE, "x.y" INTEGER)
                        CREATE TABLE Plain(Id INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, Name VARCHAR(20), N INTEGER)
                        """, """
                        1> INSERT INTO "Mixed Case" VALUES (1, 'a', 1), (2, 'b', 2)
                        1> UPDATE "Mixed Case" SET "x.y" = "x.y" + 1, "sélect" = '' WHERE "a ""quoted"" one" = 1
                        1> UPDATE "Mixed Case" SET "x.y" = "x.y" + 1
                        1> DELETE FROM "Mixed Case" WHERE "sélect" = 'b'
                        1> INSERT INTO Plain(Name, N) VALUES ('x', 1), ('', 2), (NULL, 3)
                        1> UPDATE pLAIN SET nAME = 'y' WHERE iD = 1
                        1> UPDATE Plain SET N = N + 1 WHERE Name IS NULL
                        1> DELETE FROM Plain WHERE N > 3
                        """)));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("modes")
    void shouldKeepReplicaEqualInEveryMode(String mode, Hazard hazard) throws SQLException {
        try (HazardLab lab = new HazardLab(mode)) {
            lab.run(hazard);
        }
    }

    /** The cluster of the types, opened when first needed. */
    private static final class Shared {
        static final HazardLab LAB = new HazardLab("");
    }

    @org.junit.jupiter.api.AfterAll
    static void close() throws SQLException {
        Shared.LAB.close();
    }
}
