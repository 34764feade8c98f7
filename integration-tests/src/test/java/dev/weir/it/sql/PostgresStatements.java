package dev.weir.it.sql;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes random statements of PostgreSQL over the tables, views and functions of {@link dev.weir.it.postgres.HiddenEffects}: plain reads
 * in many forms, and among them everything that writes, locks, consumes or leaves something, in any place where the grammar lets it
 * stand, behind comments, odd blanks, letter case and quotes. Confined to one thread.
 */
final class PostgresStatements {
    private static final int DEEPEST = 3;
    private static final List<String> BLANKS = List.of(
            " ",
            " ",
            " ",
            " ",
            " ",
            " ",
            "\n",
            "\t",
            "  ",
            "/**/",
            " /* FOR UPDATE */ ",
            " -- DELETE FROM item\n",
            "/* /* */ ' */",
            " /* ; $$ */ ");
    private static final List<String> LITERALS = List.of(
            "1",
            "0",
            "2",
            "NULL",
            "1.5",
            "'x'",
            "'it''s'",
            "E'\\\\'x'",
            "$$'$$",
            "$q$;_DELETE_$$_$q$",
            "'FOR_UPDATE'",
            "U&'\\0061'",
            "true",
            "'1'::int",
            "date_'2020-01-01'",
            "ARRAY[1,2]",
            "'{1,2}'::int[]",
            "B'101'",
            "'nextval(''ticket'')'");
    private static final List<String> CALLS = List.of(
            "lower ( @ ::text )",
            "pg_catalog . upper ( @ ::text )",
            "coalesce ( @ , @ )",
            "abs ( 1 )",
            "substring ( 'abc' FROM 1 FOR 2 )",
            "honest ( 2 )",
            "app . doubled ( 3 )",
            "\"honest\" ( 1 )",
            "CASE WHEN @ IS NULL THEN @ ELSE @ END",
            "( @ )",
            "now ( ) > now ( )",
            "CAST ( @ AS text )",
            "( SELECT count ( * ) FROM item )",
            "@ IS DISTINCT FROM @",
            "NOT ( @ IS NULL )",
            "extract ( year FROM now ( ) )",
            "EXISTS ( SELECT 1 FROM item )",
            "ARRAY ( SELECT id FROM item ORDER BY id )",
            "1 = ANY ( ARRAY [ 1 , 2 ] )",
            "1 + 2 * 3",
            "2 OPERATOR ( pg_catalog . + ) 1",
            "(2)::positive",
            "row ( 1 , 2 )",
            "'a' || 'b'",
            "'[1]'::jsonb -> 0",
            "length ( @ ::text )");
    private static final List<String> NASTY_CALLS = List.of(
            "nextval ( 'ticket' )",
            "pg_catalog . nextval ( 'ticket' )",
            "\"nextval\" ( 'ticket' )",
            "currval ( 'ticket' )",
            "setval ( 'ticket' , 5 )",
            "lastval ( )",
            "lock_it ( 1 )",
            "public . lock_it ( 1 )",
            "\"lock_it\" ( 1 )",
            "LOCK_IT ( 1 )",
            "liar ( 1 )",
            "dynamic ( 1 )",
            "through ( 1 )",
            "defaulted ( )",
            "undeclared ( 1 )",
            "lower ( 1 )",
            "public . lower ( 1 )",
            "pg_try_advisory_lock ( 1 )",
            "pg_advisory_lock ( 2 ) IS NULL",
            "set_config ( 'a.b' , 'c' , false )",
            "pg_notify ( 'a' , 'b' ) IS NULL",
            "txid_current ( )",
            "lo_create ( 0 )",
            "query_to_xml ( 'SELECT pg_try_advisory_lock(1)' , true , true , '' ) IS NULL",
            "1 +! 2",
            "1 OPERATOR ( public . +! ) 2",
            "1 :: locked",
            "CAST ( 1 AS public . locked )",
            "( 1 , 2 ) :: pair :: text",
            "( SELECT nextval ( 'ticket' ) )",
            "( SELECT p :: text FROM pairs p )",
            "setseed ( 0.5 ) IS NULL",
            "pg_backend_pid ( )",
            "{ fn lock_it ( 1 ) }",
            "lower ( lock_it ( 1 ) :: text )",
            "inet_server_port ( )",
            "pg_export_snapshot ( )");
    private static final List<String> RELATIONS = List.of(
            "item",
            "item x",
            "item AS x ( p , q )",
            "item x ( p , q )",
            "public . item",
            "\"item\"",
            "plain_view",
            "tenant",
            "ONLY item",
            "item TABLESAMPLE SYSTEM ( 100 )",
            "generate_series ( 1 , 3 ) g ( i )",
            "unnest ( ARRAY [ 1 , 2 ] ) WITH ORDINALITY u ( a , b )",
            "( VALUES ( 1 , 'a' ) ) v ( m , n )",
            "item a JOIN item b ON a . id = b . id",
            "item a LEFT JOIN plain_view b USING ( id )",
            "item a , LATERAL ( SELECT a . id + 1 AS k ) l",
            "ROWS FROM ( generate_series ( 1 , 2 ) ) r ( a )",
            "item \"delete\"",
            "jsonb_to_recordset ( '[{\"a\":1}]' ) AS j ( a int )");
    private static final List<String> NASTY_RELATIONS = List.of(
            "lock_view",
            "outer_view",
            "public . lock_view",
            "\"lock_view\"",
            "LOCK_VIEW",
            "guarded",
            "scratch",
            "part",
            "ticket",
            "pairs",
            "lock_it ( 1 )",
            "ROWS FROM ( lock_it ( 1 ) ) r",
            "item , LATERAL lock_it ( item . id ) l",
            "pg_locks",
            "pg_catalog . pg_class");
    private static final List<String> CHANGES = List.of(
            "INSERT INTO item VALUES ( ~ , 'y' )",
            "DELETE FROM item WHERE id > 1000",
            "UPDATE item SET name = 'z' WHERE id = 1",
            "UPDATE ONLY public . item AS i SET name = 'z' WHERE i . id = 1",
            "MERGE INTO item USING tenant t ON item . id = t . id WHEN MATCHED THEN DO NOTHING");
    private static final List<String> TAILS = List.of(
            " LIMIT 1",
            " OFFSET 1",
            " FETCH FIRST 1 ROW ONLY",
            " ORDER BY 1",
            " FOR UPDATE",
            " FOR NO KEY UPDATE SKIP LOCKED",
            " FOR SHARE NOWAIT",
            " FOR KEY SHARE",
            " LIMIT 1 FOR UPDATE",
            " ORDER BY 1 LIMIT 2");

    private final Random random;
    private int fresh = 10_000;

    PostgresStatements(Random random) {
        this.random = random;
    }

    /** The next statement; not all are valid. */
    String next() {
        StringBuilder text = new StringBuilder(one(8) ? blank() : "");
        for (String token : statement().split(" ", -1)) {
            text.append(one(8) && token.matches("[A-Za-z_]+") ? flipped(token) : token)
                    .append(blank());
        }
        return text.toString();
    }

    private String statement() {
        return switch (random.nextInt(22)) {
            case 0 -> "EXPLAIN " + query(1);
            case 1 -> "EXPLAIN ( ANALYZE ) " + (one(2) ? pick(CHANGES) : query(1));
            case 2 -> query(1) + " ; " + (one(3) ? pick(CHANGES) : query(1));
            case 3 -> "( " + query(1) + " )";
            case 4 -> query(1) + " UNION ALL " + query(1);
            case 5 -> "WITH w AS ( " + (one(3) ? pick(CHANGES) + " RETURNING 1" : query(1)) + " ) SELECT * FROM w";
            case 6 -> "WITH w AS ( " + query(1) + " ) " + (one(2) ? pick(CHANGES) : "SELECT 1 FROM w");
            case 7 -> "SELECT * INTO n FROM item WHERE false";
            case 8 ->
                pick(List.of(
                        "SET x.y = 1",
                        "LISTEN a",
                        "LOCK TABLE item",
                        "DO $$BEGIN_NULL;_END$$",
                        "COPY item TO STDOUT",
                        "TABLE item",
                        "TABLE lock_view",
                        "PREPARE p AS SELECT 1",
                        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                        "BEGIN",
                        "VALUES ( 1 )",
                        "CREATE TEMP TABLE x ( a int )",
                        "NOTIFY a",
                        "CALL p ( )",
                        "DISCARD ALL",
                        "COPY ( " + query(2) + " ) TO STDOUT"));
            default -> query(0);
        };
    }

    private String query(int depth) {
        return switch (random.nextInt(10)) {
            case 0 -> "VALUES ( " + expression(depth) + " )";
            case 1 -> "SELECT " + expression(depth);
            default -> "SELECT " + items(depth) + " FROM " + from(depth) + where(depth) + (one(3) ? pick(TAILS) : "");
        };
    }

    private String items(int depth) {
        return switch (random.nextInt(5)) {
            case 0 -> "*";
            case 1 -> "count ( * ) FILTER ( WHERE " + expression(depth + 1) + " IS NOT NULL )";
            case 2 -> expression(depth) + " , " + expression(depth) + " AS \"update\"";
            case 3 -> "DISTINCT " + expression(depth);
            default -> expression(depth);
        };
    }

    private String from(int depth) {
        if (one(14)) {
            return pick(NASTY_RELATIONS);
        }
        return depth < DEEPEST && one(4) ? "( " + query(depth + 1) + " ) s" : pick(RELATIONS);
    }

    private String where(int depth) {
        return switch (random.nextInt(8)) {
            case 0 -> " WHERE EXISTS ( " + query(depth + 1) + " )";
            case 1 -> " WHERE 1 IN ( 1 , 2 , 3 )";
            case 2 -> " WHERE " + expression(depth) + " IS NOT NULL";
            case 3 -> " WHERE " + expression(depth + 1) + " IS NULL OR true";
            default -> "";
        };
    }

    private String expression(int depth) {
        if (one(14)) {
            return pick(NASTY_CALLS);
        }
        if (depth >= DEEPEST || one(2)) {
            return one(3) ? pick(List.of("id", "name", "item . id", "current_user", "current_date")) : pick(LITERALS);
        }
        StringBuilder call = new StringBuilder();
        for (String token : pick(CALLS).split(" ", -1)) {
            call.append(call.isEmpty() ? "" : " ").append(token.equals("@") ? expression(depth + 1) : token);
        }
        return call.toString();
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
