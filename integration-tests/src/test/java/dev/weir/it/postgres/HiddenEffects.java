package dev.weir.it.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A schema full of objects whose names do not tell what using them does, beside others that are harmless. */
public final class HiddenEffects {
    private static final List<String> SCHEMA = List.of(
            "DROP SCHEMA IF EXISTS app CASCADE",
            "CREATE SCHEMA app AUTHORIZATION app",
            "CREATE TABLE item (id int PRIMARY KEY, name text)",
            "INSERT INTO item SELECT i, 'x' || i FROM generate_series(1, 10) i",
            "CREATE SEQUENCE ticket",
            "CREATE UNLOGGED TABLE scratch (id int)",
            "CREATE TABLE part (id int) PARTITION BY RANGE (id)",
            "CREATE UNLOGGED TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10)",
            "CREATE FUNCTION lock_it(x int) RETURNS int LANGUAGE plpgsql AS"
                    + " $$ BEGIN PERFORM pg_advisory_lock(x); RETURN x; END $$",
            "CREATE FUNCTION liar(x int) RETURNS int LANGUAGE plpgsql STABLE AS"
                    + " $$ BEGIN PERFORM pg_advisory_lock(x); RETURN x; END $$",
            "CREATE FUNCTION dynamic(x int) RETURNS int LANGUAGE plpgsql STABLE AS"
                    + " $$ BEGIN EXECUTE 'SELECT pg_advisory_' || 'lock(1)'; RETURN x; END $$",
            "CREATE FUNCTION through(x int) RETURNS int LANGUAGE sql STABLE AS 'SELECT liar(x)'",
            "CREATE FUNCTION defaulted(x int DEFAULT lock_it(1)) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
            "CREATE FUNCTION honest(x int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ DECLARE n bigint; BEGIN"
                    + " IF (x > 1) THEN SELECT count(*) INTO n FROM item WHERE id < x; RETURN n; END IF; RETURN 0; END $$",
            "CREATE FUNCTION app.doubled(x int) RETURNS int LANGUAGE sql IMMUTABLE RETURN x * 2",
            "CREATE FUNCTION undeclared(x int) RETURNS int LANGUAGE sql AS 'SELECT x'",
            "CREATE FUNCTION lower(x int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN lock_it(x)::text; END $$",
            "CREATE FUNCTION add_locked(a int, b int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN a + lock_it(b); END $$",
            "CREATE AGGREGATE sum_locked(int) (SFUNC = add_locked, STYPE = int, INITCOND = '0')",
            "CREATE AGGREGATE sum_plain(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
            "CREATE OPERATOR +! (LEFTARG = int, RIGHTARG = int, FUNCTION = add_locked)",
            "CREATE DOMAIN locked AS int CHECK (pg_try_advisory_lock(VALUE))",
            "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
            "CREATE TYPE pair AS (x int, y int)",
            "CREATE FUNCTION pair_text(p pair) RETURNS text LANGUAGE plpgsql AS"
                    + " $$ BEGIN PERFORM pg_advisory_lock(3); RETURN 'pair'; END $$",
            "CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS IMPLICIT",
            "CREATE TABLE pairs (id int, p pair)",
            "CREATE VIEW plain_view AS SELECT i.id, upper(i.name) AS name, honest(i.id) AS n FROM item i WHERE i.id > 0",
            "CREATE VIEW lock_view AS SELECT i.id FROM item i WHERE pg_try_advisory_lock(i.id)",
            "CREATE VIEW outer_view AS SELECT l.id + 1 AS m FROM lock_view l",
            "CREATE TABLE tenant (id int, name text)",
            "CREATE POLICY own ON tenant USING (name = current_setting('app.tenant', true))",
            "ALTER TABLE tenant ENABLE ROW LEVEL SECURITY",
            "CREATE TABLE guarded (id int)",
            "CREATE POLICY locked ON guarded USING (lock_it(id) > 0)",
            "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE guarded FORCE ROW LEVEL SECURITY",
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO app",
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app");

    private HiddenEffects() {}

    /** Creates the schema, anew if need be, and waits until the standbys have it. */
    public static void create(PostgresCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
        }
        cluster.awaitCaughtUp();
    }
}
