package dev.weir.it.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The costs of all subjects as a table in Markdown: a row for each operation and subject. */
final class CostTable {
    private CostTable() {}

    static String of(List<Cost> costs) {
        Map<String, Cost> raw = new HashMap<>();
        for (Cost cost : costs) {
            if (cost.subject() == Subject.RAW) {
                raw.put(cost.operation(), cost);
            }
        }
        StringBuilder table =
                new StringBuilder("| Operation | Subject | CPU ns | over plain | ratio | bytes | over plain |\n"
                        + "|---|---|--:|--:|--:|--:|--:|\n");
        for (Cost cost : costs) {
            Cost plain = raw.getOrDefault(cost.operation(), cost);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f ± %.1f | %.1f | %.2f | %.0f | %.0f |%n",
                    cost.operation(),
                    cost.subject().title(),
                    cost.cpuNanos(),
                    cost.cpuError(),
                    cost.cpuNanos() - plain.cpuNanos(),
                    cost.cpuNanos() / plain.cpuNanos(),
                    cost.bytes(),
                    cost.bytes() - plain.bytes()));
        }
        return table.toString();
    }
}
