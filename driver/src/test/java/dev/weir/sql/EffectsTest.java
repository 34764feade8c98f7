package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Definition.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EffectsTest {
    private static Definition view(String name, @Nullable String query) {
        return new Definition(Kind.RELATION, "public", name, "sql", query);
    }

    private static Definition function(String schema, String name, String language, @Nullable String body) {
        return new Definition(Kind.FUNCTION, schema, name, language, body);
    }

    private static Catalog of(Set<String> vouched, Definition... definitions) {
        return Effects.of(SqlDialect.POSTGRESQL, new Schema(List.of(definitions), Syntax.POSTGRESQL), vouched);
    }

    private static dev.weir.sql.Kind classify(String sql, Definition... definitions) {
        Classifier classifier = new Classifier(SqlDialect.POSTGRESQL, Set.of());
        classifier.update(new Schema(List.of(definitions), Syntax.POSTGRESQL));
        return classifier.classify(sql).kind();
    }

    private static final dev.weir.sql.Kind READ = dev.weir.sql.Kind.READ;
    private static final dev.weir.sql.Kind PRIMARY = dev.weir.sql.Kind.PRIMARY_READ;

    @Test
    void shouldNameTheViewsThatHaveEffectsThemselvesOrThroughOthers() {
        Catalog catalog = of(
                Set.of(),
                view("totals", "SELECT a, count(*) AS n FROM public.t GROUP BY a"),
                view("locks", "SELECT t.id FROM public.t WHERE pg_try_advisory_lock((t.id)::bigint)"),
                view("outer_locks", "SELECT locks.id FROM public.locks"),
                view("hidden", null),
                view("tenant", "SELECT (tenant = current_setting('app.tenant'::text))"),
                view("forgotten", ""));

        assertThat(catalog.volatileRelations()).containsExactlyInAnyOrder("LOCKS", "OUTER_LOCKS", "HIDDEN");
    }

    @Test
    void shouldTrustADeclaredFunctionWhoseTextIsAPlainRead() {
        Definition plain = function("public", "price", "sql", "SELECT max(a) FROM t WHERE id = $1; SELECT 2");
        Definition atomic = function("app", "tax", "sql", "BEGIN ATOMIC\n SELECT (price(1) + 1);\nEND");
        Definition returned = function("app", "vat", "sql", "RETURN (app.tax() + 1)");

        assertThat(classify("SELECT price(1), app.tax(), vat(), public.price(2) FROM t", plain, atomic, returned))
                .isEqualTo(READ);
        assertThat(classify("SELECT other.price(1) FROM t", plain)).isEqualTo(PRIMARY);
    }

    @Test
    void shouldNotTrustAFunctionThatIsNotDeclaredOrCallsSuchAOne() {
        Definition undeclared = function("public", "log_it", "sql", null);
        Definition caller = function("public", "price", "sql", "SELECT log_it()");
        Definition recursive = function("public", "depth", "sql", "SELECT depth($1 - 1)");

        assertThat(classify("SELECT price() FROM t", undeclared, caller)).isEqualTo(PRIMARY);
        assertThat(classify("SELECT depth(3) FROM t", undeclared, recursive)).isEqualTo(READ);
    }

    @Test
    void shouldTellOverloadsBySchemaOnlyWhereTheCallDoes() {
        Definition plain = function("app", "price", "sql", "SELECT 1");
        Definition locking = function("other", "price", "sql", "SELECT pg_advisory_lock(1)");

        assertThat(classify("SELECT app.price() FROM t", plain, locking)).isEqualTo(READ);
        assertThat(classify("SELECT other.price() FROM t", plain, locking)).isEqualTo(PRIMARY);
        assertThat(classify("SELECT price() FROM t", plain, locking)).isEqualTo(PRIMARY);
    }

    @Test
    void shouldSeeAnOverloadOfABuiltInFunction() {
        Definition lower = function("public", "lower", "sql", null);

        assertThat(classify("SELECT lower(a) FROM t", lower)).isEqualTo(PRIMARY);
        assertThat(classify("SELECT pg_catalog.lower(a) FROM t", lower)).isEqualTo(READ);
        assertThat(classify("SELECT upper(a) FROM t", lower)).isEqualTo(READ);
        assertThat(classify("SELECT x.lower FROM t x", lower)).isEqualTo(PRIMARY);
    }

    @Test
    void shouldLetTheUserVouch() {
        Definition locking = function("app", "price", "sql", null);
        Definition view = view("prices", "SELECT app.price() FROM t");

        assertThat(of(Set.of("app.price"), locking, view).volatileRelations()).isEmpty();
        assertThat(of(Set.of("price"), locking, view).volatileRelations()).containsExactly("PRICES");
        Classifier vouched = new Classifier(SqlDialect.POSTGRESQL, Set.of("app.price"));
        vouched.update(new Schema(List.of(locking, view), Syntax.POSTGRESQL));
        assertThat(vouched.classify("SELECT * FROM prices").kind()).isEqualTo(READ);
        assertThat(vouched.classify("SELECT app.price() FROM t").kind()).isEqualTo(READ);
    }

    @Test
    void shouldSeeOperatorsAndTypesWithEffects() {
        Definition lock = function("public", "lock_it", "plpgsql", null);
        Definition operator = new Definition(Kind.OPERATOR, "public", "+!", "sql", "SELECT public.lock_it()");
        Definition type = view("pair", "SELECT public.lock_it()");
        Definition table = view("pairs", "SELECT NULL::public.pair");

        assertThat(classify("SELECT 1 +! 2 FROM t", lock, operator)).isEqualTo(PRIMARY);
        assertThat(classify("SELECT 1 OPERATOR(public.+!) 2 FROM t", lock, operator))
                .isEqualTo(PRIMARY);
        assertThat(classify("SELECT 1 + 2, !!a FROM t", lock, operator)).isEqualTo(READ);
        assertThat(classify("SELECT a::pair FROM t", lock, type)).isEqualTo(PRIMARY);
        assertThat(classify("SELECT p FROM pairs", lock, type, table)).isEqualTo(PRIMARY);
        Definition equal = new Definition(Kind.OPERATOR, "public", "=", "sql", "SELECT public.lock_it()");
        assertThat(classify("SELECT a FROM t WHERE a IN (1)", lock, equal)).isEqualTo(PRIMARY);
    }

    static Stream<String> harmlessBlocks() {
        return Stream.of(
                "BEGIN RETURN 1; END",
                "DECLARE y numeric(10, 2) := 0; BEGIN IF (x > 1) THEN RETURN (1); END IF; SELECT count(*) INTO y FROM t;"
                        + " RETURN y; END",
                "BEGIN FOR i IN 1..10 LOOP RETURN NEXT i; END LOOP; RETURN QUERY SELECT a FROM t; END",
                "BEGIN PERFORM 1 FROM t; IF NOT FOUND THEN RAISE EXCEPTION 'none of %', x; END IF; RETURN (SELECT 1); END",
                "BEGIN RETURN QUERY (SELECT a FROM t); WHILE (x < 1) LOOP x := x + 1; END LOOP; END",
                "BEGIN RETURN CASE WHEN x THEN coalesce(y, 1) ELSE 2 END; EXCEPTION WHEN others THEN RETURN 0; END");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("harmlessBlocks")
    void shouldProveABlockThatOnlyReads(String block) {
        assertThat(classify("SELECT f(1) FROM t", function("public", "f", "plpgsql", block)))
                .isEqualTo(READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN PERFORM pg_advisory_lock(1); RETURN 1; END",
                "BEGIN EXECUTE 'SELECT pg_advisory_' || 'lock(1)'; RETURN 1; END",
                "BEGIN RETURN QUERY EXECUTE x; END",
                "BEGIN RETURN pg_try_advisory_lock(1); END",
                "BEGIN x := nextval('s'); RETURN x; END",
                "BEGIN INSERT INTO t VALUES (1); RETURN 1; END",
                "BEGIN SELECT 1 FROM t FOR UPDATE; RETURN 1; END",
                "BEGIN SELECT 1 FROM t FOR KEY SHARE; RETURN 1; END",
                "BEGIN PERFORM set_config('a.b', 'c', false); RETURN 1; END",
                "BEGIN RETURN other_fn(1); END",
                "BEGIN RETURN (SELECT x.touch FROM t x); END",
                "BEGIN RETURN (SELECT * FROM locks); END",
                "BEGIN IF touch(1) THEN RETURN 1; END IF; END",
                "BEGIN RETURN CASE WHEN a THEN if(1) ELSE perform(2) END; END",
                "BEGIN RETURN 'not closed; END",
            })
    void shouldNotProveABlockThatMayDoMore(String block) {
        Definition f = function("public", "f", "plpgsql", block);
        Definition touch = function("public", "touch", "plpgsql", null);
        Definition locks = view("locks", "SELECT pg_try_advisory_lock(1)");
        Definition named = function("public", "if", "plpgsql", null);
        Definition perform = function("public", "perform", "plpgsql", null);

        assertThat(classify("SELECT f(1) FROM t", f, touch, locks, named, perform))
                .isEqualTo(PRIMARY);
    }

    @Test
    void shouldNotTrustAFunctionInAnotherLanguage() {
        assertThat(classify("SELECT f(1) FROM t", function("public", "f", "plpython3u", "return 1")))
                .isEqualTo(PRIMARY);
        assertThat(classify("SELECT f(1) FROM t", function("public", "f", "c", "")))
                .isEqualTo(READ);
    }

    @Test
    void shouldReadTextsAsTheModeOfTheDatabaseSays() {
        Classifier unknown = new Classifier(SqlDialect.H2, Set.of());
        Classifier regular = new Classifier(SqlDialect.H2, Set.of());
        regular.update(new Schema(List.of(), Syntax.ofH2Mode("REGULAR")));
        Classifier server = new Classifier(SqlDialect.H2, Set.of());
        server.update(new Schema(List.of(), Syntax.ofH2Mode("MSSQLServer")));
        String brackets = "SELECT [a; b] FROM [my t]";

        assertThat(unknown.classify(brackets).kind()).isEqualTo(dev.weir.sql.Kind.UNKNOWN);
        assertThat(server.classify(brackets).kind()).isEqualTo(READ);
        assertThat(regular.classify("SELECT a[b + 1] FROM t").kind()).isEqualTo(READ);
        assertThat(unknown.classify("SELECT a[b + 1] FROM t").kind()).isEqualTo(PRIMARY);
        assertThat(server.classify("SELECT * FROM #t WHERE a#b = 1").kind()).isEqualTo(READ);
        assertThat(server.classify("SELECT [touch](1) FROM t").kind()).isEqualTo(PRIMARY);
        assertThat(server.classify("SELECT * FROM [x").kind()).isEqualTo(dev.weir.sql.Kind.UNKNOWN);
    }
}
