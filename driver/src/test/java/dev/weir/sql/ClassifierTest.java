package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassifierTest {
    private final Classifier classifier = new Classifier(SqlDialect.H2, Set.of());

    @Test
    void shouldGiveTheSameObjectForTheSameText() {
        Classification first = classifier.classify("SELECT * FROM t WHERE id = ?");

        assertThat(classifier.classify(new String("SELECT * FROM t WHERE id = ?".toCharArray())))
                .isSameAs(first);
    }

    @Test
    void shouldKnowATextByItsShapeWhenOnlyLiteralsDiffer() {
        Classification first = classifier.classify("SELECT * FROM t WHERE id IN (1, 2, 3)");

        assertThat(classifier.classify("SELECT * FROM t /* trace 17 */ WHERE id IN (7, 'x')"))
                .isSameAs(first);
    }

    /** Every text is asked of one classifier that knows its likes and of one that knows nothing. */
    @ParameterizedTest
    @EnumSource(SqlDialect.class)
    void shouldJudgeAKnownShapeAsAFreshOne(SqlDialect dialect) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Classifier known = new Classifier(dialect, Set.of());
        List<String> literals = List.of(
                "1",
                "'x'",
                "'a\\'",
                "''",
                "'FOR UPDATE'",
                "'; DELETE FROM t'",
                "1e5",
                "0x1F",
                "'/* weir: primary */'",
                "$$x$$");
        for (ConformanceTest.Row row : ConformanceTest.read()) {
            for (int i = 0; i < 4; i++) {
                String sql = withOtherLiterals(row.statement(), dialect, literals, random);
                assertThat(known.classify(sql))
                        .as("seed %d, %s", seed, sql)
                        .isEqualTo(new Classifier(dialect, Set.of()).classify(sql));
            }
        }
    }

    private static String withOtherLiterals(String sql, SqlDialect dialect, List<String> literals, Random random) {
        StringBuilder text = new StringBuilder();
        Lexer lexer = Lexer.of(sql, Syntax.of(dialect));
        int copied = 0;
        for (byte type = lexer.next(); type != Lexer.END && type != Lexer.BROKEN; type = lexer.next()) {
            if (type == Lexer.STRING || type == Lexer.NUMBER) {
                text.append(sql, copied, lexer.start()).append(literals.get(random.nextInt(literals.size())));
                copied = lexer.end();
            }
        }
        return text.append(sql, copied, sql.length()).toString();
    }

    @Test
    void shouldKeepArgumentsApart() {
        for (String name : List.of("a", "b", "\"c d\"")) {
            assertThat(classifier.classify("SAVEPOINT " + name).argument()).isEqualTo(name);
            assertThat(classifier
                            .classify("EXPLAIN ROUTE SELECT '" + name + "'")
                            .argument())
                    .isEqualTo("SELECT '" + name + "'");
        }
    }

    @Test
    void shouldTellWhenATransactionGoesOnAfterItsEnd() {
        assertThat(classifier.classify("COMMIT AND CHAIN").argument()).isEqualTo("CHAIN");
        assertThat(classifier.classify("ROLLBACK WORK AND CHAIN").argument()).isEqualTo("CHAIN");
        assertThat(classifier.classify("COMMIT AND NO CHAIN").argument()).isNull();
        assertThat(classifier.classify("COMMIT").argument()).isNull();
    }

    @Test
    void shouldTellWhetherATransactionIsDeclaredReadOnly() {
        Classifier postgres = new Classifier(SqlDialect.POSTGRESQL, Set.of());

        assertThat(postgres.classify("BEGIN READ ONLY").readOnly()).isTrue();
        assertThat(postgres.classify("START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                        .readOnly())
                .isTrue();
        assertThat(postgres.classify("BEGIN READ WRITE").readOnly()).isFalse();
        assertThat(postgres.classify("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY")
                        .readOnly())
                .isFalse();
        assertThat(postgres.classify("BEGIN").readOnly()).isFalse();
    }

    @Test
    void shouldTellWhetherAReadTouchesATable() {
        assertThat(classifier.classify("SELECT 1 + 2").tableless()).isTrue();
        assertThat(classifier.classify("VALUES (1); SELECT 2").tableless()).isTrue();
        assertThat(classifier.classify("SELECT 1 WHERE EXISTS (TABLE t)").tableless())
                .isFalse();
        assertThat(classifier.classify("SELECT 1; SELECT a FROM t").tableless()).isFalse();
    }

    @Test
    void shouldSendTextsLikeARefusedOneToThePrimary() {
        assertThat(classifier.classify("SELECT * FROM v WHERE id = 1").kind()).isEqualTo(Kind.READ);
        assertThat(classifier.classify("SELECT * FROM v WHERE id = 2").kind()).isEqualTo(Kind.READ);

        classifier.learnRefusal("SELECT * FROM v WHERE id = 1");

        for (int id = 1; id <= 3; id++) {
            assertThat(classifier.classify("SELECT * FROM v WHERE id = " + id).kind())
                    .isEqualTo(Kind.PRIMARY_READ);
        }
        assertThat(classifier.classify("SELECT * FROM w WHERE id = 1").kind()).isEqualTo(Kind.READ);
        classifier.update(Catalog.empty(SqlDialect.H2));
        assertThat(classifier.classify("SELECT * FROM v WHERE id = 1").kind()).isEqualTo(Kind.PRIMARY_READ);
    }

    @Test
    void shouldHeedTheCatalog() {
        String view = "SELECT * FROM s.Next_Ids";
        String own = "SELECT app.price(id), tax(id) FROM t";
        String overload = "SELECT lower(id) FROM t";
        assertThat(classifier.classify(view).kind()).isEqualTo(Kind.READ);
        assertThat(classifier.classify(own).kind()).isEqualTo(Kind.PRIMARY_READ);
        assertThat(classifier.classify(overload).kind()).isEqualTo(Kind.READ);

        classifier.update(catalog(Set.of("next_ids"), Set.of("app.price", "TAX"), Set.of("lower"), Syntax.H2));

        assertThat(classifier.classify(view).reason()).isEqualTo("reads next_ids, which may have side effects");
        assertThat(classifier.classify(own).kind()).isEqualTo(Kind.READ);
        assertThat(classifier.classify("SELECT other.price(id) FROM t").kind()).isEqualTo(Kind.PRIMARY_READ);
        assertThat(classifier.classify("SELECT price(id) FROM t").kind()).isEqualTo(Kind.PRIMARY_READ);
        assertThat(classifier.classify(overload).reason()).isEqualTo("calls lower");
    }

    private static Catalog catalog(
            Set<String> relations, Set<String> readOnlyFunctions, Set<String> volatileFunctions, Syntax syntax) {
        return new Catalog(relations, readOnlyFunctions, volatileFunctions, Set.of(), syntax);
    }

    @Test
    void shouldTrustTheFunctionsThatTheUserVouchesFor() {
        Classifier vouched = new Classifier(SqlDialect.POSTGRESQL, Set.of("price", "app.tax"));
        vouched.update(new Schema(List.of(), Syntax.POSTGRESQL));

        assertThat(vouched.classify("SELECT price(id), app.TAX(id) FROM t").kind())
                .isEqualTo(Kind.READ);
        assertThat(vouched.classify("SELECT app.price(id) FROM t").kind()).isEqualTo(Kind.PRIMARY_READ);
    }

    @Test
    void shouldCallAVolatileFunctionByFieldNotationOnThePrimary() {
        Classifier postgres = new Classifier(SqlDialect.POSTGRESQL, Set.of());
        postgres.update(catalog(Set.of(), Set.of(), Set.of("audit"), Syntax.POSTGRESQL));

        assertThat(postgres.classify("SELECT t.audit FROM t").reason()).isEqualTo("calls audit");
    }

    @Test
    void shouldJudgeAlikeInManyThreads() throws Exception {
        List<String> texts = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        for (ConformanceTest.Row row : ConformanceTest.read()) {
            if (row.dialect() == SqlDialect.H2) {
                texts.add(row.statement());
                kinds.add(row.kind());
            }
        }
        int threads = 4;
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Integer>> wrong = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int offset = t;
                Callable<Integer> task = () -> {
                    start.await();
                    int differing = 0;
                    for (int i = 0; i < 40 * texts.size(); i++) {
                        int n = (i * (offset + 1) + offset) % texts.size();
                        differing += classifier.classify(texts.get(n)).kind() == kinds.get(n) ? 0 : 1;
                        if (i % 5000 == 0) {
                            classifier.update(Catalog.empty(SqlDialect.H2));
                        }
                    }
                    return differing;
                };
                wrong.add(pool.submit(task));
            }
            for (Future<Integer> each : wrong) {
                assertThat(each.get()).isZero();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void shouldTellMoreTextsApartThanItRemembers() {
        for (int i = 0; i < 6000; i++) {
            assertThat(classifier.classify("SELECT c" + i + " FROM t").kind()).isEqualTo(Kind.READ);
            assertThat(classifier.classify("SELECT f" + i + "() FROM t").reason())
                    .isEqualTo("calls f" + i);
        }
    }
}
