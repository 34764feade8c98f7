package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntFunction;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What it costs to tell what a text is, in processor time of the thread. Each figure is the least of the medians of several rounds. Since
 * a busy machine slows even that, three times the aim is tolerated; {@code -Dweir.patience=1} holds the aims themselves.
 */
class ClassifierCostTest {
    private static final ThreadMXBean CLOCK = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 30;

    /** How long to wait for the compiler, which shares the machine with everything else. */
    private static final int MOST_ROUNDS = 300;

    private static final int BATCHES = 9;

    private static final int PATIENCE = Integer.getInteger("weir.patience", 3);

    private static final String JOINED = "SELECT o.id, o.total, c.name, i.quantity, p.title FROM orders o"
            + " JOIN customers c ON c.id = o.customer_id JOIN order_items i ON i.order_id = o.id"
            + " JOIN products p ON p.id = i.product_id WHERE o.status = ? AND o.created_at > ? AND c.region = 'EU'"
            + " ORDER BY o.created_at DESC LIMIT 20";

    private int fresh;

    /** Processor time in nanoseconds and bytes allocated, for one text. */
    private record Cost(double nanos, double bytes) {}

    private Cost measure(int size, double limit, IntFunction<String> texts, Action action) {
        double best = Double.MAX_VALUE;
        double bytes = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS || (best > limit && round < MOST_ROUNDS); round++) {
            double[] nanos = new double[BATCHES];
            long allocated = 0;
            for (int batch = 0; batch < BATCHES; batch++) {
                String[] made = new String[size];
                for (int i = 0; i < size; i++) {
                    made[i] = texts.apply(fresh++);
                }
                long bytesBefore = CLOCK.getCurrentThreadAllocatedBytes();
                long began = CLOCK.getCurrentThreadCpuTime();
                for (String text : made) {
                    action.run(text);
                }
                nanos[batch] = (double) (CLOCK.getCurrentThreadCpuTime() - began) / size;
                allocated += CLOCK.getCurrentThreadAllocatedBytes() - bytesBefore;
            }
            Arrays.sort(nanos);
            best = Math.min(best, nanos[BATCHES / 2]);
            bytes = Math.min(bytes, (double) allocated / BATCHES / size);
        }
        return new Cost(best, bytes);
    }

    private interface Action {
        void run(String text);
    }

    private static Action classifying(Classifier classifier, Kind expected) {
        return text -> {
            Kind kind = classifier.classify(text).kind();
            if (kind != expected) {
                throw new AssertionError(text + " is " + kind);
            }
        };
    }

    private static void print(SqlDialect dialect, String what, Cost cost) {
        System.out.printf("Cost on %s: %s: %.0f ns, %.0f bytes%n", dialect, what, cost.nanos, cost.bytes);
    }

    @ParameterizedTest
    @EnumSource(SqlDialect.class)
    void shouldKnowANewLiteralWithinAMicrosecond(SqlDialect dialect) {
        Classifier classifier = new Classifier(dialect, Set.of());
        Cost cost = measure(
                200, 1_000, i -> "SELECT name, amount FROM item WHERE id = " + i, classifying(classifier, Kind.READ));
        print(dialect, "new literal", cost);

        assertThat(cost.nanos).isLessThan(1_000 * PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(SqlDialect.class)
    void shouldSettleANewReadByItsTokensWithinFiveMicroseconds(SqlDialect dialect) {
        Classifier classifier = new Classifier(dialect, Set.of());
        Cost point = measure(
                200,
                5_000,
                i -> "SELECT name, amount FROM item_" + i + " WHERE id = ?",
                classifying(classifier, Kind.READ));
        Cost joined =
                measure(200, 5_000, i -> JOINED.replace("orders", "orders_" + i), classifying(classifier, Kind.READ));
        print(dialect, "new point select", point);
        print(dialect, "new select of 3 joins", joined);

        assertThat(point.nanos).isLessThan(5_000 * PATIENCE);
        assertThat(joined.nanos).isLessThan(5_000 * PATIENCE);
    }

    /** The word update after an expression is a name, as only the parser can tell. */
    @Test
    void shouldCostNoMoreThanTwiceWhatTheParserCosts() {
        IntFunction<String> texts =
                i -> JOINED.replace("o.total", "o.total update").replace("orders", "orders_" + i);
        Classifier classifier = new Classifier(SqlDialect.H2, Set.of());
        Cost parser = measure(10, Double.MAX_VALUE, texts, ClassifierCostTest::parse);
        Cost cost = measure(10, 2 * parser.nanos, texts, classifying(classifier, Kind.READ));
        print(SqlDialect.H2, "the parser alone", parser);
        print(SqlDialect.H2, "new select that needs the parser", cost);

        assertThat(cost.nanos).isLessThan(2 * parser.nanos);
    }

    private static void parse(String text) {
        try {
            new CCJSqlParser(text).withAllowComplexParsing(false).Statement();
        } catch (ParseException e) {
            throw new AssertionError(text, e);
        }
    }
}
