package dev.weir.replicator.cli;

import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.http.StatusJson;
import dev.weir.replicator.monitor.ClusterProbe;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.PostgresProbe;
import dev.weir.replicator.monitor.Thresholds;
import dev.weir.replicator.source.PrimaryAccess;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows a cluster's nodes. Confined to one thread. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the primary and its replicas: position, state, and how far behind they are in entries and by the times of the commits."
                    + " Each H2 replica behind a server is asked as well; of PostgreSQL, pg_stat_replication.",
            "What is not known is shown as unknown. The rate is known from the second look of --watch on."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:shown", "1:the primary cannot be asked", "2:the command line is wrong"})
final class StatusCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "URL",
            description = "The primary's URL, as in jdbc:h2:tcp://db1:9092/shop or jdbc:postgresql://db1/shop.")
    String url = "";

    @Option(names = "--json", description = "Print one JSON object on one line, with --watch one for each look.")
    boolean json;

    @Option(names = "--watch", description = "Look again and again until the command is ended.")
    boolean watch;

    @Option(
            names = "--interval",
            defaultValue = "1s",
            paramLabel = "TIME",
            description = "How long --watch waits between two looks (default: ${DEFAULT-VALUE}).")
    Duration interval = Duration.ofSeconds(1);

    @Mixin
    Limits limits = new Limits();

    @Mixin
    Credentials credentials = new Credentials();

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        Thresholds thresholds = limits.thresholds();
        try (Monitor monitor = new Monitor(probe(), thresholds, List.of())) {
            Overview first = look(monitor);
            if (first.sample().primary().isEmpty()) {
                throw new CommandFailure(
                        "The primary cannot be asked: " + first.sample().trouble());
            }
            show(first, false);
            if (watch) {
                Runner runner = new Runner(
                        "weir-status",
                        () -> {
                            show(look(monitor), Terminal.isAttached());
                            return 0;
                        },
                        interval);
                runner.start();
                UntilStopped.run(runner::close);
            }
            return 0;
        }
    }

    private ClusterProbe probe() throws CommandFailure {
        String password = credentials.password();
        if (PostgresProbe.accepts(url)) {
            return new PostgresProbe(url, credentials.user, password, InstantSource.system());
        }
        PrimaryAccess primary = new PrimaryAccess(Stores.parse(url), credentials.user, password);
        try {
            primary.openSession().close();
        } catch (SQLException e) {
            throw new CommandFailure("The primary cannot be asked: " + Reasons.of(e));
        }
        return new H2Probe(new RunningCluster(primary, List.of()), credentials.user, password, InstantSource.system());
    }

    private static Overview look(Monitor monitor) {
        monitor.work();
        return monitor.overview().orElseThrow();
    }

    private void show(Overview overview, boolean redraw) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(StatusJson.text(overview));
        } else {
            out.print((redraw ? "\u001b[H\u001b[J" : "") + new StatusText(Terminal.isAttached()).table(overview));
        }
        out.flush();
    }
}
