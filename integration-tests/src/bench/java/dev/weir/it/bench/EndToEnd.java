package dev.weir.it.bench;

import dev.weir.it.bench.load.Fleet;
import dev.weir.it.bench.load.LoadRun;
import dev.weir.it.bench.load.Mix;
import dev.weir.it.bench.load.Result;
import dev.weir.it.bench.load.Score;
import dev.weir.it.bench.load.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** The part of the report that runs whole loads on servers of limited capacity. Confined to one thread. */
final class EndToEnd {
    private static final long SEED = 20_260_601;

    private final Path folder;
    private final Size size;

    EndToEnd(Path folder, Size size) {
        this.folder = folder;
        this.size = size;
    }

    String measure() throws Exception {
        StringBuilder text = new StringBuilder("\n## End to end\n\n");
        text.append(String.format(
                Locale.ROOT,
                "A PostgreSQL primary and its standbys on this machine, each behind a proxy that makes it a machine of limited capacity: a"
                        + " statement takes %d ms, a standby executes %d at once and the primary %d. 16 + 8 clients for each replica work without"
                        + " a pause, for %d windows of %.1f s after %.1f s; ± is the standard deviation of the windows, the seed %d. The ideal has all"
                        + " writes on the primary and all reads evenly on the replicas. A miss is a read that did not show a write which had been"
                        + " acknowledged before the read began: to the same client (own), or to another client of the application (others).%n",
                Fleet.EACH.toMillis(),
                Fleet.OF_STANDBY,
                Fleet.OF_PRIMARY,
                size.windows(),
                size.window().toMillis() / 1e3,
                size.warmUp().toMillis() / 1e3,
                SEED));
        List<Integer> replicas = size.replicas();
        try (Fleet fleet = Fleet.start(replicas.get(replicas.size() - 1))) {
            LoadRun run = new LoadRun(fleet, size.warmUp(), size.window(), size.windows(), SEED);
            for (Mix mix : size.mixes()) {
                text.append(section(mix, all(run, mix)));
            }
        }
        return text.toString();
    }

    private List<Result> all(LoadRun run, Mix mix) throws Exception {
        List<Result> results = new ArrayList<>();
        for (Way way : Arrays.stream(Way.values()).filter(Way::isThere).toList()) {
            for (int replicas : size.replicas()) {
                if (!size.runs(way, mix, replicas)) {
                    continue;
                }
                Result result = result(run, way, mix, replicas);
                System.out.printf(
                        Locale.ROOT,
                        "%s, %s, %d replicas: %.0f a second, %s %s%n",
                        mix,
                        way,
                        replicas,
                        result.mean(),
                        result.all(),
                        result.failure());
                results.add(result);
            }
        }
        return results;
    }

    /** A way that cannot run a mix at all is shown as one that fails. */
    private static Result result(LoadRun run, Way way, Mix mix, int replicas) throws Exception {
        try {
            return run.run(way, mix, replicas);
        } catch (ExecutionException e) {
            return new Result(way, mix, replicas, List.of(), Score.NONE, 0, String.valueOf(e.getCause()));
        }
    }

    private String section(Mix mix, List<Result> results) throws IOException {
        String chart = "load-" + mix.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
        LoadChart.write(mix, size.replicas(), results, folder.resolve(chart));
        StringBuilder text = new StringBuilder("\n### " + mix.title() + "\n\nOperations a second.\n\n| |");
        size.replicas()
                .forEach(count -> text.append(' ').append(replicas(count)).append(" |"));
        text.append(" 4 over 1 | misses: own | others | failures |\n|---|");
        text.append("--:|".repeat(size.replicas().size() + 4)).append('\n');
        text.append("| ideal |");
        for (int count : size.replicas()) {
            text.append(String.format(Locale.ROOT, " %.0f |", mix.ideal(count)));
        }
        text.append(times(mix.ideal(4), mix.ideal(1))).append(" | | | |\n");
        for (Way way : Way.values()) {
            List<Result> own =
                    results.stream().filter(each -> each.way() == way).toList();
            if (!own.isEmpty()) {
                text.append(row(way, own));
            }
        }
        return text.append("\n![")
                .append(mix.title())
                .append("](")
                .append(chart)
                .append(")\n")
                .toString();
    }

    private String row(Way way, List<Result> results) {
        StringBuilder row = new StringBuilder("| " + way.title() + " |");
        for (int count : size.replicas()) {
            Optional<Result> found =
                    results.stream().filter(each -> each.replicas() == count).findFirst();
            row.append(found.filter(each -> !each.perSecond().isEmpty())
                    .map(each -> String.format(
                            Locale.ROOT,
                            " %.0f ± %.0f (%.0f %% on replicas) |",
                            each.mean(),
                            each.deviation(),
                            100 * each.byReplicas()))
                    .orElse(" |"));
        }
        long own = results.stream().mapToLong(each -> each.all().missedOwn()).sum();
        long others =
                results.stream().mapToLong(each -> each.all().missedOthers()).sum();
        long failures =
                results.stream().mapToLong(each -> each.all().failures()).sum();
        String ratio = results.size() < 2 ? "" : times(mean(results, 4), mean(results, 1));
        row.append(
                String.format(Locale.ROOT, " %s | %,d | %,d | %,d%s |%n", ratio, own, others, failures, why(results)));
        return row.toString();
    }

    private static String why(List<Result> results) {
        return results.stream()
                .map(Result::failure)
                .filter(failure -> !failure.isEmpty())
                .findFirst()
                .map(failure -> " (" + failure.lines().findFirst().orElse("").replace("|", "\\|") + ")")
                .orElse("");
    }

    private static String replicas(int count) {
        return count == 1 ? "1 replica" : count + " replicas";
    }

    private static String times(double of, double one) {
        return String.format(Locale.ROOT, "%.2f", of / one);
    }

    private static double mean(List<Result> results, int replicas) {
        return results.stream()
                .filter(each -> each.replicas() == replicas)
                .mapToDouble(Result::mean)
                .findFirst()
                .orElse(Double.NaN);
    }
}
