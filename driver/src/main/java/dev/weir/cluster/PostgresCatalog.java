package dev.weir.cluster;

/**
 * The queries that read PostgreSQL's system catalogs (manual, part VII) for what a database has of its own: objects with an OID from
 * 16384 on. An ordinary user may read all of it. The names that are shown depend on the search path, which must be
 * {@code pg_catalog} alone, so that every other name is qualified.
 */
final class PostgresCatalog {
    /**
     * Relations that a standby does not hold or holds differently (unlogged, foreign, sequences) with the tables that they are
     * parts of; views; tables with row security; types that user-defined casts, operators or constraints belong to, with the
     * relations and functions that use them; operators on built-in types; aggregates by the functions behind them; functions; tables
     * in which an INSERT leaves its rows and nothing else.
     * Functions of extensions in C are as their extension labels them, but for those that execute a text or change their session.
     */
    private static final String OBJECTS = """
            WITH RECURSIVE absent(oid) AS (
              SELECT oid FROM pg_class
                WHERE oid >= 16384 AND relkind IN ('r', 'm', 'f', 'S') AND (relpersistence = 'u' OR relkind IN ('f', 'S'))
              UNION SELECT inhparent FROM pg_inherits JOIN absent ON inhrelid = absent.oid),
            calls(kind, schema, name, routine, types) AS (
              SELECT 'operator', n.nspname, o.oprname::text, o.oprcode::oid, ARRAY[o.oprleft, o.oprright]
                FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid >= 16384 AND o.oprcode <> 0
              UNION ALL SELECT 'cast', '', '', castfunc, ARRAY[castsource, casttarget]
                FROM pg_cast WHERE oid >= 16384 AND castfunc <> 0
              UNION ALL SELECT 'function', n.nspname, p.proname, f.oid, '{}'
                FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace,
                  unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn,
                    aggminvtransfn, aggmfinalfn]::oid[]) f(oid)
                WHERE p.oid >= 16384 AND f.oid <> 0),
            judged(kind, schema, name, types, body) AS (
              SELECT c.kind, c.schema, c.name, c.types, CASE WHEN p.oid < 16384 AND p.provolatile = 'i' THEN ''
                  ELSE format('SELECT %I.%I()', n.nspname, p.proname) END
                FROM calls c JOIN pg_proc p ON p.oid = c.routine JOIN pg_namespace n ON n.oid = p.pronamespace),
            typed(oid, body) AS (
              SELECT t.oid, j.body FROM judged j, unnest(j.types) t(oid)
                WHERE j.kind <> 'function' AND t.oid >= 16384 AND j.body <> ''
              UNION SELECT contypid, 'SELECT ' || pg_get_expr(conbin, 0)
                FROM pg_constraint WHERE contypid >= 16384 AND conbin IS NOT NULL),
            suspects(oid) AS (
              SELECT oid FROM typed
              UNION SELECT u.oid FROM suspects s, LATERAL (
                SELECT oid FROM pg_type WHERE typelem = s.oid AND typcategory = 'A' OR typbasetype = s.oid
                UNION ALL SELECT c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                  WHERE a.atttypid = s.oid AND c.relkind = 'c') u(oid)),
            named(oid, type) AS (
              SELECT t.oid, format('%I.%I', n.nspname, t.typname) FROM suspects s JOIN pg_type t USING (oid)
                JOIN pg_namespace n ON n.oid = t.typnamespace),
            used(class, type) AS (
              SELECT DISTINCT a.attrelid, s.type FROM named s JOIN pg_attribute a ON a.atttypid = s.oid AND NOT a.attisdropped),
            routines AS (
              SELECT p.oid, n.nspname, p.proname, l.lanname, p.provolatile, p.proconfig, p.prosrc, p.proargdefaults,
                  p.prorettype, coalesce(p.proallargtypes, p.proargtypes) AS types, p.prokind,
                  l.lanname IN ('c', 'internal') AND (p.provolatile <> 'v' OR p.proname ~ '^uuid_generate_v')
                    AND p.proname !~ '^(crosstab.*|connectby|xpath_table|isn_weak)$'
                    AND EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS trusted
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
                WHERE p.oid >= 16384 AND p.prokind IN ('f', 'w', 'a') AND p.prorettype NOT IN (2279, 3838))
            SELECT 'relation', n.nspname, c.relname::text, 'sql', pg_get_viewdef(c.oid)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND c.oid >= 16384
            UNION ALL SELECT 'relation', n.nspname, c.relname, '', NULL
              FROM absent JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
            UNION ALL SELECT 'relation', n.nspname, c.relname, 'sql', 'SELECT ' || pg_get_expr(p.polqual, p.polrelid)
              FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL AND c.relrowsecurity
            UNION ALL SELECT 'relation', n.nspname, t.typname, 'sql', y.body
              FROM typed y JOIN pg_type t USING (oid) JOIN pg_namespace n ON n.oid = t.typnamespace
            UNION ALL SELECT 'relation', n.nspname, c.relname, 'sql', 'SELECT NULL::' || u.type
              FROM used u JOIN pg_class c ON c.oid = u.class AND c.relkind IN ('r', 'p', 'm', 'c')
                JOIN pg_namespace n ON n.oid = c.relnamespace
            UNION ALL SELECT kind, schema, name, 'sql', body FROM judged
              WHERE kind = 'function' OR kind = 'operator' AND types[1] < 16384 AND types[2] < 16384
            UNION ALL SELECT 'function', nspname, proname, lanname, CASE WHEN trusted THEN ''
                WHEN provolatile = 'v' OR proconfig::text ~* 'standard_conforming_strings|backslash_quote' THEN NULL
                WHEN lanname IN ('sql', 'plpgsql') THEN coalesce(pg_get_function_sqlbody(oid), prosrc) END
              FROM routines WHERE prokind <> 'a'
            UNION ALL SELECT 'function', nspname, proname, 'sql', 'SELECT ' || pg_get_expr(proargdefaults, 0)
              FROM routines WHERE proargdefaults IS NOT NULL
            UNION ALL SELECT DISTINCT 'function', r.nspname, r.proname, 'sql', 'SELECT NULL::' || s.type
              FROM routines r JOIN named s ON s.oid = r.prorettype OR s.oid = ANY (r.types)
            UNION ALL SELECT DISTINCT 'parent', '', c.relname, '', p.relname
              FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f'
            UNION ALL SELECT 'plain', '', c.relname, '', ''
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
              GROUP BY c.relname HAVING bool_and(c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relrowsecurity
                AND NOT c.relhasrules
                AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                AND NOT EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
                AND NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND t.oid >= 16384 AND t.typtype <> 'e')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND (
                  d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT f.oid FROM pg_attrdef f WHERE f.adrelid = c.oid)
                  OR d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT k.oid FROM pg_constraint k WHERE k.conrelid = c.oid)
                  OR d.classid = 'pg_class'::regclass
                    AND (d.objid = c.oid OR d.objid IN (SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = c.oid)))))""";

    /** Names of routines among those that others name, as a pattern; null if there are none. */
    private static final String NAMES = """
            (SELECT '\\m(' || string_agg(DISTINCT regexp_replace(proname, '\\W', '.', 'g'), '|') FILTER (WHERE sets) || ')\\M' AS setting,
                '\\m(' || string_agg(DISTINCT regexp_replace(proname, '\\W', '.', 'g'), '|') FILTER (WHERE holds) || ')\\M' AS holding
              FROM %s)""";

    /**
     * Routines whose text may set a variable beyond its transaction, or make what outlives it in the session, and those that call
     * such ones through at most one other; relations whose view, trigger, rule, default or check calls such ones, and the views,
     * partitioned and referenced tables through which a statement reaches those.
     */
    private static final String SESSION_ROUTINES =
            """
            WITH RECURSIVE texts(nspname, proname, text) AS (
              SELECT n.nspname, p.proname, regexp_replace(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc),
                  'set_config\\s*\\([^()]*,\\s*true\\s*\\)', '', 'gi')
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
                WHERE p.oid >= 16384 AND l.lanname NOT IN ('c', 'internal')),
            bare AS (
              SELECT *, regexp_replace(regexp_replace(text, '/\\*.*?\\*/', ' ', 'g'), '--[^\\n]*', ' ', 'g') AS code FROM texts),
            own AS (
              SELECT nspname, proname, text, text ~* p.sets OR code ~* p.sets AS sets,
                  text ~* '\\mtemp(orary)?\\M|pg_temp|advisory_lock|\\mlisten\\M|\\mprepare\\M|\\mhold\\M' AS holds
                FROM bare, (SELECT 'set_config\\s*\\(|\\msetseed\\M|\\mdiscard\\M|(^|[;''$]|\\m(begin|then|else|loop|do)\\M)\\s*'
                  '(set|reset)\\s+(?!local\\M|constraints\\M|transaction\\M)') p(sets)),
            callers AS (
              SELECT nspname, proname, text, sets OR coalesce(text ~* setting, false) AS sets,
                  holds OR coalesce(text ~* holding, false) AS holds FROM own, %s known),
            all_callers AS (
              SELECT nspname, proname, sets OR coalesce(text ~* setting, false) AS sets,
                  holds OR coalesce(text ~* holding, false) AS holds FROM callers, %s known),
            parts(oid, text) AS (
              SELECT oid, pg_get_viewdef(oid) FROM pg_class WHERE oid >= 16384 AND relkind = 'v'
              UNION ALL SELECT tgrelid, p.proname FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal
              UNION ALL SELECT ev_class, pg_get_ruledef(oid) FROM pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN'
              UNION ALL SELECT adrelid, pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid >= 16384
              UNION ALL SELECT conrelid, pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid >= 16384 AND contype = 'c'),
            judged_parts AS (
              SELECT oid, coalesce(text ~* setting, false) OR regexp_replace(text, 'set_config\\s*\\([^()]*,\\s*true\\s*\\)', '', 'gi')
                  ~* 'set_config\\s*\\(|\\msetseed\\M' AS sets,
                text ~* 'advisory_lock' OR coalesce(text ~* holding, false) AS holds FROM parts, %s known),
            ways(source, target) AS (
              SELECT inhrelid, inhparent FROM pg_inherits
              UNION SELECT conrelid, confrelid FROM pg_constraint
                WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
              UNION SELECT d.refobjid, r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
                WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND r.oid >= 16384),
            reached(oid, sets, holds) AS (
              SELECT oid, sets, holds FROM judged_parts WHERE sets OR holds
              UNION SELECT target, sets, holds FROM reached JOIN ways ON source = oid)
            SELECT CASE WHEN sets THEN 'sets' ELSE 'holds' END, nspname, proname::text, 'routine', ''
              FROM all_callers WHERE sets OR holds
            UNION ALL SELECT DISTINCT CASE WHEN sets THEN 'sets' ELSE 'holds' END, '', relname::text, 'relation', ''
              FROM reached JOIN pg_class USING (oid)""".formatted(NAMES.formatted("own"), NAMES.formatted("callers"), NAMES.formatted("all_callers"));

    /** All that the classifier is told, one row for each fact. */
    static final String DEFINITIONS = OBJECTS + "\nUNION ALL (" + SESSION_ROUTINES + ")";

    /** A hash over the rows that {@link #DEFINITIONS} depends on: a row that is changed gets a new version, which xmin tells. */
    static final String VERSION = """
            WITH facts(fact) AS (
              SELECT 'p' || oid || ' ' || xmin FROM pg_proc WHERE oid >= 16384
              UNION ALL SELECT 'w' || oid || ' ' || xmin FROM pg_rewrite WHERE oid >= 16384
              UNION ALL SELECT 'o' || oid || ' ' || xmin FROM pg_operator WHERE oid >= 16384
              UNION ALL SELECT 'c' || oid || ' ' || xmin FROM pg_cast WHERE oid >= 16384
              UNION ALL SELECT 'l' || oid || ' ' || xmin FROM pg_policy
              UNION ALL SELECT 'd' || oid || ' ' || xmin FROM pg_constraint WHERE contypid >= 16384
              UNION ALL SELECT 'n' || oid || ' ' || nspname FROM pg_namespace WHERE oid >= 16384
              UNION ALL SELECT 't' || oid || ' ' || xmin FROM pg_type WHERE oid >= 16384 AND typtype IN ('b', 'd', 'r')
              UNION ALL SELECT 'r' || concat_ws(' ', oid, relname, relnamespace, relkind, relpersistence, relrowsecurity)
                FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('i', 'I', 't')
              UNION ALL SELECT 'g' || oid || ' ' || xmin FROM pg_trigger WHERE NOT tgisinternal
              UNION ALL SELECT 'f' || oid || ' ' || xmin FROM pg_attrdef WHERE oid >= 16384
              UNION ALL SELECT 'k' || oid || ' ' || xmin FROM pg_constraint WHERE conrelid >= 16384 AND contype IN ('c', 'x', 'f')
              UNION ALL SELECT 'x' || indexrelid || ' ' || indrelid FROM pg_index WHERE indexrelid >= 16384 AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
              UNION ALL SELECT 'i' || inhrelid || ' ' || inhparent FROM pg_inherits
              UNION ALL SELECT 'a' || concat_ws(' ', attrelid, attnum, atttypid)
                FROM pg_attribute WHERE atttypid >= 16384 AND attrelid >= 16384)
            SELECT count(*) || ':' || coalesce(sum(hashtextextended(fact, 0)), 0) FROM facts""";

    private PostgresCatalog() {}
}
