package dev.weir.replicator.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows the demo while it runs: redrawn in place on a terminal, a line now and then elsewhere. Confined to one thread. */
final class DemoView {
    private final PrintWriter out;
    private final boolean terminal;
    private int drawn;

    DemoView(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(double seconds, int bound, List<DemoNode> nodes, DemoShop.Counters counters) {
        if (terminal) {
            redraw(table(seconds, bound, nodes, counters));
        } else {
            out.println(line(seconds, nodes, counters));
        }
        out.flush();
    }

    private void redraw(String text) {
        if (drawn > 0) {
            out.print(String.format(Locale.ROOT, "\u001b[%dA\u001b[J", drawn));
        }
        out.print(text);
        drawn = (int) text.lines().count();
    }

    private static String table(double seconds, int bound, List<DemoNode> nodes, DemoShop.Counters counters) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%n%.0f of %d s%n%n", seconds, bound));
        text.append(String.format(
                Locale.ROOT,
                "%-11s %-8s %10s %10s %12s %8s  %s%n",
                "node",
                "role",
                "reads",
                "lsn",
                "lag entries",
                "lag ms",
                "state"));
        for (DemoNode node : nodes) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-11s %-8s %10d %10d %12s %8s  %s%n",
                    node.name(),
                    node.role(),
                    node.reads(),
                    node.lsn(),
                    node.isReplica() ? known(node.lagEntries()) : "",
                    node.isReplica() ? known(node.lagMillis()) : "",
                    node.state()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nwrite transactions %d   reads %d   fell back to the primary %d   missed own writes %d%n",
                counters.transactions.sum(),
                counters.reads.sum(),
                primaryReads(nodes),
                counters.missedOwnWrites.sum()));
        return text.toString();
    }

    private static String line(double seconds, List<DemoNode> nodes, DemoShop.Counters counters) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "t=%.0fs writes=%d reads=%d fell_back=%d missed_own_writes=%d",
                seconds,
                counters.transactions.sum(),
                counters.reads.sum(),
                primaryReads(nodes),
                counters.missedOwnWrites.sum()));
        for (DemoNode node : nodes) {
            text.append(String.format(Locale.ROOT, " | %s reads=%d lsn=%d", node.name(), node.reads(), node.lsn()));
            if (node.isReplica()) {
                text.append(String.format(
                        Locale.ROOT, " lag=%s entries, %s ms", known(node.lagEntries()), known(node.lagMillis())));
            }
        }
        return text.toString();
    }

    /** The demo reads outside transactions only, so a read on the primary is one that no replica could serve yet. */
    private static long primaryReads(List<DemoNode> nodes) {
        return nodes.stream()
                .filter(node -> !node.isReplica())
                .mapToLong(DemoNode::reads)
                .sum();
    }

    private static String known(@Nullable Long number) {
        return number == null ? "unknown" : number.toString();
    }
}
