package dev.weir.replicator.cli;

import dev.weir.replicator.EmbeddedProvider;
import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.StoreComparison;
import dev.weir.replicator.StoreComparison.TableResult;
import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.StoreUrl;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a whole cluster with an application for a few seconds and proves its replicas equal. Confined to one thread. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a durable primary and its replicas in a temporary directory, an application that reads and writes through jdbc:weir:,"
                    + " and at the end compares every table of every replica with the primary's."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every replica equals the primary, and nobody missed his own write",
            "1:not so, or the demo failed",
            "2:the command line is wrong"
        })
final class DemoCommand implements Callable<Integer> {
    private static final String DASHBOARD = "127.0.0.1:9100";
    private static final int CUSTOMERS = 4;
    private static final int BROWSERS = 8;
    private static final Duration THINKING = Duration.ofMillis(2);
    private static final Duration TIDYING = Duration.ofMillis(20);

    /** How long a read waits for a replica: a few times as long as the primary takes to force what it has committed. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private static final Duration CATCH_UP = Duration.ofSeconds(30);

    @Option(
            names = "--seconds",
            defaultValue = "10",
            paramLabel = "N",
            description = "How long the application runs (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--replicas",
            defaultValue = "2",
            paramLabel = "N",
            description = "How many replicas (default: ${DEFAULT-VALUE}).")
    int replicas;

    @Mixin
    Watching watching = new Watching();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || replicas < 1) {
            throw CommandFailure.ofUsage("--seconds and --replicas must be 1 or more");
        }
        Path directory = Files.createTempDirectory("weir-demo");
        try {
            return run(directory.resolve("shop").toString());
        } finally {
            delete(directory);
        }
    }

    private int run(String store) throws SQLException, InterruptedException, CommandFailure {
        String url = "jdbc:weir:h2:" + store + ";weir.replicas=" + replicas
                + ";weir.sessionScope=connection;weir.waitForReplica=" + PATIENCE.toMillis() + "ms";
        PrintWriter out = spec.commandLine().getOut();
        out.println(url);
        out.println(CUSTOMERS + " customers write, " + BROWSERS + " browsers read, for " + seconds + " s");
        out.flush();
        DemoShop.Counters counters = new DemoShop.Counters();
        DemoShop.open(url);
        try (Connection observer = DriverManager.getConnection(url, "sa", "")) {
            Watching.Watch watch = watch(store, out);
            try {
                load(url, counters, observer, new DemoView(out, Terminal.isAttached()));
                return conclude(out, counters, observer);
            } finally {
                watch.close();
            }
        }
    }

    /** Watches over the cluster that the application's driver has started; at the usual address, or any other if that is taken. */
    private Watching.Watch watch(String store, PrintWriter out) throws SQLException, CommandFailure {
        RunningCluster cluster = EmbeddedProvider.running("jdbc:h2:" + store)
                .orElseThrow(() -> new CommandFailure("The demo's cluster is not running"));
        try {
            return watching.start(cluster, "sa", "", out, DASHBOARD);
        } catch (CommandFailure taken) {
            if (watching.http != null) {
                throw taken;
            }
            return watching.start(cluster, "sa", "", out, "127.0.0.1:0");
        }
    }

    private void load(String url, DemoShop.Counters counters, Connection observer, DemoView view)
            throws SQLException, InterruptedException {
        List<DemoShop> people = new ArrayList<>();
        List<Runner> runners = new ArrayList<>();
        Trouble trouble = new Trouble();
        try {
            for (int i = 0; i < CUSTOMERS + BROWSERS + 1; i++) {
                DemoShop person = new DemoShop(url, i, counters);
                people.add(person);
                Work work = i < CUSTOMERS ? person::order : i < CUSTOMERS + BROWSERS ? person::browse : person::tidy;
                Duration rest = i < CUSTOMERS + BROWSERS ? THINKING : TIDYING;
                runners.add(new Runner("demo-" + i, () -> trouble.attempt(work), rest));
            }
            long start = System.nanoTime();
            Work show = () -> {
                view.show((System.nanoTime() - start) / 1e9, seconds, DemoNode.ask(observer), counters);
                return 0;
            };
            runners.add(new Runner(
                    "demo-view", () -> trouble.attempt(show), Duration.ofMillis(Terminal.isAttached() ? 250 : 1_000)));
            runners.forEach(Runner::start);
            if (trouble.await(Duration.ofSeconds(seconds))) {
                trouble.rethrow();
            }
        } finally {
            runners.forEach(Runner::close);
            for (DemoShop person : people) {
                person.close();
            }
        }
    }

    /** What is done in one round. */
    @FunctionalInterface
    private interface Work {
        int run() throws SQLException;
    }

    /** The first failure of anyone, after which nobody does anything more. Thread-safe. */
    private static final class Trouble {
        private final AtomicReference<@Nullable SQLException> first = new AtomicReference<>();
        private final CountDownLatch occurred = new CountDownLatch(1);

        int attempt(Work work) {
            if (occurred.getCount() > 0) {
                try {
                    return work.run();
                } catch (SQLException e) {
                    first.compareAndSet(null, e);
                    occurred.countDown();
                }
            }
            return 0;
        }

        /** Waits for a failure, but not longer than the bound. */
        boolean await(Duration bound) throws InterruptedException {
            return occurred.await(bound.toNanos(), TimeUnit.NANOSECONDS);
        }

        void rethrow() throws SQLException {
            SQLException failure = first.get();
            if (failure != null) {
                throw failure;
            }
        }
    }

    private int conclude(PrintWriter out, DemoShop.Counters counters, Connection observer)
            throws SQLException, InterruptedException {
        List<DemoNode> nodes = caughtUp(observer);
        DemoNode primary =
                nodes.stream().filter(node -> !node.isReplica()).findFirst().orElseThrow();
        List<DemoNode> copies = nodes.stream().filter(DemoNode::isReplica).toList();
        boolean equal = copies.size() == replicas;
        out.println();
        try (Connection left = direct(primary)) {
            for (DemoNode copy : copies) {
                try (Connection right = direct(copy)) {
                    equal &= report(out, copy, StoreComparison.compare(left, right));
                }
            }
        }
        long onReplicas = copies.stream().mapToLong(DemoNode::reads).sum();
        long all = onReplicas + primary.reads();
        out.printf(
                "replicas served %d of %d reads (%.1f %%)%n",
                onReplicas, all, all == 0 ? 0.0 : 100.0 * onReplicas / all);
        out.printf(
                "%d write transactions, %d missed own writes%n",
                counters.transactions.sum(), counters.missedOwnWrites.sum());
        boolean good = equal && counters.missedOwnWrites.sum() == 0;
        out.println(good ? "verdict: every replica equals the primary" : "verdict: FAILED");
        out.flush();
        return good ? 0 : 1;
    }

    /** The nodes once no replica is behind, or as they are after waiting for that long enough. */
    private static List<DemoNode> caughtUp(Connection observer) throws SQLException, InterruptedException {
        Trouble trouble = new Trouble();
        CountDownLatch level = new CountDownLatch(1);
        Work look = () -> {
            boolean behind = DemoNode.ask(observer).stream()
                    .filter(DemoNode::isReplica)
                    .anyMatch(node -> node.lagEntries() == null || node.lagEntries() > 0);
            if (!behind) {
                level.countDown();
            }
            return 0;
        };
        try (Runner watcher = new Runner("demo-watch", () -> trouble.attempt(look), Duration.ofMillis(50))) {
            watcher.start();
            if (!level.await(CATCH_UP.toSeconds(), TimeUnit.SECONDS)) {
                trouble.rethrow();
            }
        }
        return DemoNode.ask(observer);
    }

    private static Connection direct(DemoNode node) throws SQLException {
        return Sessions.open(StoreUrl.parse(node.url()), "sa", "");
    }

    private static boolean report(PrintWriter out, DemoNode copy, List<TableResult> tables) {
        boolean equal = !tables.isEmpty();
        for (TableResult table : tables) {
            out.printf(
                    "%s %s: %s%n",
                    copy.name(),
                    table.table(),
                    table.isEqual() ? Counts.rows(table.leftRows()) + ", equal" : "DIFFERS: " + table.difference());
            equal &= table.isEqual();
        }
        return equal;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
