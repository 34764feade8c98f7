package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts made to hurt are settled within 20 ms each, on a stack of 256 kB, and without the help of another thread. */
class HostileTextTest {
    private static final int STACK_BYTES = 256 * 1024;
    private static final long PATIENCE_MILLIS = 60_000;
    private static final long LIMIT_NANOS = 20_000_000;
    private static final int ROUNDS = 200;

    static Stream<Arguments> texts() {
        String list = IntStream.range(0, 100_000).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return Stream.of(
                Arguments.of("nested parentheses", nested("SELECT ", "(", "1", ")", 100_000), Kind.READ),
                Arguments.of(
                        "nested parentheses in doubt",
                        nested("SELECT b update, ", "(", "1", ")", 1_000) + " FROM t",
                        Kind.UNKNOWN),
                Arguments.of("parentheses never closed", "(".repeat(500_000), Kind.UNKNOWN),
                Arguments.of("a long literal", "SELECT '" + "x".repeat(1 << 20) + "'", Kind.READ),
                Arguments.of("a literal of quotes", "SELECT '" + "''".repeat(1 << 19) + "'", Kind.READ),
                Arguments.of("a literal of backslashes", "SELECT '" + "\\".repeat(1 << 20) + "'", Kind.READ),
                Arguments.of("a long list", "SELECT * FROM t WHERE id IN (" + list + ")", Kind.READ),
                Arguments.of(
                        "a long list of parameters",
                        nested("SELECT * FROM t WHERE id IN (?", ",?", ")", "", 100_000),
                        Kind.READ),
                Arguments.of("an open literal", "SELECT '" + "x".repeat(1 << 20), Kind.UNKNOWN),
                Arguments.of("open comments", "SELECT 1 " + "/*".repeat(1 << 19), Kind.UNKNOWN),
                Arguments.of("locks", "SELECT a " + "FOR ".repeat(200_000), Kind.PRIMARY_READ),
                Arguments.of(
                        "locks in a substring",
                        "SELECT substring(a " + "FOR ".repeat(200_000) + ")",
                        Kind.PRIMARY_READ),
                Arguments.of("a long name", "SELECT " + "a.".repeat(200_000) + "f(1)", Kind.UNKNOWN),
                Arguments.of("nested calls", nested("SELECT ", "a.b(", "1", ")", 100_000), Kind.UNKNOWN),
                Arguments.of("nested explains", "EXPLAIN ".repeat(100_000), Kind.PRIMARY_READ),
                Arguments.of("nested copies", nested("", "COPY (", "", ")", 100_000), Kind.UNKNOWN),
                Arguments.of("semicolons", ";".repeat(1 << 20), Kind.UNKNOWN),
                Arguments.of("many statements", "BEGIN;".repeat(100_000), Kind.MULTIPLE),
                Arguments.of("many rows", "INSERT INTO t VALUES " + "(1, ?), ".repeat(50_000) + "(1, 2)", Kind.WRITE),
                Arguments.of(
                        "nested cases in doubt",
                        nested("SELECT b update, ", "CASE WHEN a THEN ", "1", " END", 80),
                        Kind.READ),
                Arguments.of("negations in doubt", "SELECT b update WHERE " + "NOT ".repeat(500) + "a", Kind.READ),
                Arguments.of("queries in doubt", "SELECT b update, " + "SELECT ".repeat(500), Kind.UNKNOWN),
                Arguments.of(
                        "assigned rows", "UPDATE t SET " + "(a, b) = (1, 2), ".repeat(20_000) + "c = 1", Kind.WRITE));
    }

    private static String nested(String head, String open, String core, String close, int depth) {
        return head + open.repeat(depth) + core + close.repeat(depth);
    }

    /** Each text is settled by a classifier that has not seen it, and again until the compiler, on a busy machine, has done its work. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void shouldSettleAHostileText(String name, String sql, Kind kind) throws Exception {
        for (SqlDialect dialect : SqlDialect.values()) {
            AtomicReference<@Nullable Object> outcome = new AtomicReference<>();
            AtomicLong best = new AtomicLong(Long.MAX_VALUE);
            Set<Thread> before = Thread.getAllStackTraces().keySet();
            Thread thread = new Thread(null, () -> settle(sql, dialect, outcome, best), "hostile", STACK_BYTES);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((dead, error) -> outcome.set(error));
            thread.start();
            thread.join(PATIENCE_MILLIS);

            assertThat(outcome.get()).as("%s on %s", name, dialect).isEqualTo(kind);
            assertThat(Thread.getAllStackTraces().keySet())
                    .as("threads that are new")
                    .allMatch(each -> before.contains(each) || each == thread || !isOfTheClassifier(each));
            System.out.printf(
                    "Hostile on %s: %s, %d characters: %.2f ms%n", dialect, name, sql.length(), best.get() / 1e6);
            assertThat(best.get())
                    .as("nanoseconds of processor time for %s on %s", name, dialect)
                    .isLessThan(LIMIT_NANOS);
        }
    }

    private static void settle(
            String sql, SqlDialect dialect, AtomicReference<@Nullable Object> outcome, AtomicLong best) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        for (int i = 0; i < ROUNDS && best.get() >= LIMIT_NANOS; i++) {
            Classifier classifier = new Classifier(dialect, Set.of());
            long began = clock.getCurrentThreadCpuTime();
            Kind kind = classifier.classify(sql).kind();
            best.accumulateAndGet(clock.getCurrentThreadCpuTime() - began, Math::min);
            outcome.set(kind);
        }
    }

    private static boolean isOfTheClassifier(Thread thread) {
        String name = thread.getName();
        return name.startsWith("ForkJoinPool") || name.startsWith("pool-");
    }
}
