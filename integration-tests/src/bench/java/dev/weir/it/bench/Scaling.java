package dev.weir.it.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the throughput of each subject grows with its threads, as a table in Markdown. A lock or a counter that connections share would show in
 * both columns: more threads would not do more, and each operation would cost more time.
 */
final class Scaling {
    private Scaling() {}

    /** @param byThreads what was measured with each number of threads */
    static String of(Map<Integer, List<Cost>> byThreads) {
        TreeMap<Integer, List<Cost>> sorted = new TreeMap<>(byThreads);
        if (sorted.size() < 2) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                "\n### Scaling\n\nMillion operations a second of all threads together; scaling is the last"
                        + " column's over the first's, and its ratio that to the plain driver's; CPU is the time of one operation with the most threads"
                        + " over that with the fewest.\n\n| Operation | Subject |");
        sorted.keySet().forEach(threads -> table.append(threads == 1 ? " 1 thread |" : " " + threads + " threads |"));
        table.append(" scaling | over plain's | CPU |\n|---|---|")
                .append("--:|".repeat(sorted.size() + 3))
                .append('\n');
        // Those with the most threads are the fewest operations and subjects.
        for (Cost most : sorted.lastEntry().getValue()) {
            table.append(row(same(most, most.subject(), sorted.firstEntry().getValue()), sorted));
        }
        return table.toString();
    }

    private static String row(Cost one, TreeMap<Integer, List<Cost>> sorted) {
        StringBuilder row =
                new StringBuilder("| " + one.operation() + " | " + one.subject().title() + " |");
        sorted.forEach((threads, costs) -> row.append(
                String.format(Locale.ROOT, " %.2f |", throughput(same(one, one.subject(), costs), threads))));
        double scaling = scaling(one, one.subject(), sorted);
        Cost last = same(one, one.subject(), sorted.lastEntry().getValue());
        row.append(String.format(
                Locale.ROOT,
                " %.2f | %.2f | %.2f |%n",
                scaling,
                scaling / scaling(one, Subject.RAW, sorted),
                last.cpuNanos() / one.cpuNanos()));
        return row.toString();
    }

    private static double scaling(Cost operation, Subject subject, TreeMap<Integer, List<Cost>> sorted) {
        Cost first = same(operation, subject, sorted.firstEntry().getValue());
        Cost last = same(operation, subject, sorted.lastEntry().getValue());
        return throughput(last, sorted.lastKey()) / throughput(first, sorted.firstKey());
    }

    private static Cost same(Cost operation, Subject subject, List<Cost> costs) {
        return costs.stream()
                .filter(each -> each.subject() == subject && each.operation().equals(operation.operation()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No cost of " + operation.operation() + " of " + subject));
    }

    /** Million operations a second. */
    private static double throughput(Cost cost, int threads) {
        return threads * 1e3 / cost.nanos();
    }
}
