package dev.weir.sql;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes random statements of H2 that mix plain reads with everything that only looks like one: data changes, sequences and
 * side effects in any place where the grammar allows them, behind comments, odd blanks, letter case and quotes. They
 * use tables T and U (ID, A, B), sequence S and function TOUCH.
 */
final class NastyStatements {
    private static final int DEEPEST = 3;
    private static final List<String> BLANKS = List.of(
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\t",
            "  ",
            "/**/",
            " /* FOR UPDATE */ ",
            " -- DELETE FROM t\n",
            " // ; DROP TABLE t\n",
            "/* /* */ ' */",
            "\u00a0");
    private static final List<String> LITERALS = List.of(
            "1",
            "0",
            "-2",
            "1.5",
            "'x'",
            "'it''s'",
            "'; DELETE FROM t'",
            "'\\'",
            "$$ ' $$",
            "U&'\\0061'",
            "x'0A'",
            "NULL",
            "'FOR UPDATE'");
    private static final List<String> CALLS = List.of(
            "LOWER ( @ )",
            "COALESCE ( @ , @ )",
            "ABS ( 1 )",
            "SUBSTRING ( 'abc' FROM 1 FOR 2 )",
            "INSERT ( 'abc' , 1 , 1 , 'x' )",
            "RAND ( )",
            "CAST ( @ AS VARCHAR ( 10 ) )",
            "REPLACE ( 'a' , 'b' )",
            "\"LOWER\" ( @ )",
            "NOW ( )",
            "{ fn LCASE ( @ ) }",
            "TRUNCATE ( 1.5 , 1 )",
            "LEFT ( 'abc' , 1 )",
            "RANDOM_UUID ( )",
            "CASE WHEN @ = @ THEN @ ELSE @ END",
            "( @ )",
            "@ || @",
            "( SELECT COUNT ( * ) FROM t )");
    private static final List<String> NASTY_CALLS = List.of(
            "NEXT VALUE FOR s",
            "nextval ( 's' )",
            "s . nextval",
            "TOUCH ( )",
            "PUBLIC . TOUCH ( )",
            "\"TOUCH\" ( )",
            "`touch` ( )",
            "{ fn TOUCH ( ) }",
            "{ fn NEXTVAL ( 'S' ) }",
            "LOWER ( TOUCH ( ) )",
            "( SELECT NEXT VALUE FOR s )",
            "SET ( @x , 1 )",
            "@x",
            "CURRVAL ( 's' )",
            "NEXT VALUE FOR PUBLIC . S",
            "\"S\" . NEXTVAL",
            "\"S\" . \"NEXTVAL\"",
            "ARRAY_GET ( ARRAY [ NEXT VALUE FOR s ] , 1 )",
            "ARRAY [ TOUCH ( ) ] [ 1 ]");
    private static final List<String> CHANGES = List.of(
            "INSERT INTO t VALUES ( ~ , 1 , 'x' )",
            "DELETE FROM t WHERE id > 5",
            "UPDATE t SET a = a + 1",
            "UPDATE t AS z SET a = 1 WHERE z . id = 1",
            "MERGE INTO t KEY ( id ) VALUES ( 1 , 2 , 'm' )",
            "MERGE INTO t USING u ON t . id = u . id WHEN MATCHED THEN UPDATE SET a = 9");

    private final Random random;
    private int fresh = 1000;

    NastyStatements(Random random) {
        this.random = random;
    }

    /** The next statement; not all are valid. */
    String next() {
        StringBuilder text = new StringBuilder(one(8) ? blank() : "");
        String statement = statement();
        for (String token : statement.split(" ", -1)) {
            text.append(
                            one(6) && !token.contains("'") && !token.contains("\"") && !token.contains("$")
                                    ? flipped(token)
                                    : token)
                    .append(blank());
        }
        return text.toString();
    }

    private String statement() {
        return switch (random.nextInt(14)) {
            case 0 -> "EXPLAIN " + query(1);
            case 1 -> "EXPLAIN ANALYZE " + (one(2) ? pick(CHANGES) : query(1));
            case 2 -> query(1) + " ; " + (one(3) ? pick(CHANGES) : query(1));
            case 3 -> "( " + query(1) + " )";
            case 4 -> query(1) + " UNION ALL " + query(1);
            case 5 -> "WITH w ( c ) AS ( " + one() + " ) SELECT * FROM w , t";
            default -> query(0);
        };
    }

    private String query(int depth) {
        return switch (random.nextInt(9)) {
            case 0 -> "VALUES ( " + expression(depth) + " )";
            case 1 -> "TABLE t";
            default -> "SELECT " + items(depth) + " FROM " + from(depth) + where(depth) + tail();
        };
    }

    private String one() {
        return "SELECT " + expression(2) + (one(2) ? " FROM t" : "");
    }

    private String items(int depth) {
        return one(3) ? "*" : expression(depth) + (one(3) ? " , " + expression(depth) + " AS \"update\"" : "");
    }

    private String from(int depth) {
        if (one(9)) {
            return pick(List.of("FINAL", "NEW", "OLD")) + " TABLE ( " + pick(CHANGES) + " )";
        }
        if (depth < DEEPEST && one(4)) {
            return "( " + query(depth + 1) + " ) x";
        }
        return pick(List.of(
                "t",
                "t x",
                "t AS x ( p , q , r )",
                "t JOIN u ON t . id = u . id",
                "SYSTEM_RANGE ( 1 , 3 )",
                "TABLE ( c INT = ( 1 , 2 ) )",
                "( VALUES ( 1 , 2 ) ) v ( m , n )",
                "PUBLIC . T",
                "\"T\"",
                "`t`",
                "t , ( SELECT 1 ) k",
                "UNNEST ( ARRAY [ 1 , 2 ] )",
                "t \"delete\""));
    }

    private String where(int depth) {
        if (one(2)) {
            return "";
        }
        return switch (random.nextInt(4)) {
            case 0 -> " WHERE EXISTS ( " + query(depth + 1) + " )";
            case 1 -> " WHERE 1 IN ( 1 , 2 , 3 )";
            case 2 -> " WHERE " + expression(depth) + " IS NOT NULL ORDER BY 1";
            default -> " WHERE " + expression(depth) + " = " + expression(depth);
        };
    }

    private String tail() {
        return one(3)
                ? pick(List.of(
                        " LIMIT 1",
                        " FETCH NEXT 2 ROWS ONLY",
                        " FOR UPDATE",
                        " FOR UPDATE NOWAIT",
                        " FETCH FIRST ROW ONLY FOR UPDATE",
                        " OFFSET 1 ROW"))
                : "";
    }

    private String expression(int depth) {
        if (one(12)) {
            return pick(NASTY_CALLS);
        }
        if (depth >= DEEPEST || one(2)) {
            return one(3)
                    ? pick(List.of("id", "a", "b", "\"A\"", "T . A", "CURRENT_TIMESTAMP", "ROWNUM", "CURRENT_USER"))
                    : pick(LITERALS).replace(' ', '_');
        }
        String call = pick(CALLS);
        while (call.contains("@ ") || call.endsWith("@")) {
            call = call.replaceFirst("@( |$)", java.util.regex.Matcher.quoteReplacement(expression(depth + 1)) + "$1")
                    .strip();
            if (call.contains("@x")) {
                break;
            }
        }
        return call.replace("@ ", "1 ");
    }

    private String flipped(String token) {
        return one(2) ? token.toLowerCase(Locale.ROOT) : token.toUpperCase(Locale.ROOT);
    }

    private String blank() {
        return pick(BLANKS);
    }

    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size())).replace("~", String.valueOf(fresh++));
    }
}
