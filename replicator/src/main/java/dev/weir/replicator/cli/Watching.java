package dev.weir.replicator.cli;

import dev.weir.replicator.Runner;
import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.heal.HealPolicy;
import dev.weir.replicator.heal.Healer;
import dev.weir.replicator.http.Listen;
import dev.weir.replicator.http.MonitorServer;
import dev.weir.replicator.http.StatusJson;
import dev.weir.replicator.monitor.AlertSink;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.Slf4jSink;
import dev.weir.replicator.monitor.WebhookSink;
import dev.weir.replicator.verify.ReplicaStores;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say who is told of what a cluster does, and how. Confined to one thread. */
final class Watching {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final String VARIABLE = "WEIR_HTTP_TOKEN";
    private static final String OFF = "off";

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            description =
                    "Serve the dashboard, /api/status, /metrics, /health/live and /health/ready there, as in 127.0.0.1:9100."
                            + " Any but a loopback address lets other machines connect, and then a token is required.")
    @Nullable String http;

    @Option(
            names = "--http-token-file",
            paramLabel = "FILE",
            description =
                    "A file whose first line is the token for the dashboard's actions, and for all of it beyond loopback."
                            + " Without this option the environment variable " + VARIABLE
                            + " is taken; if there is none, a token is made and printed.")
    @Nullable Path tokenFile;

    @Option(
            names = "--webhook",
            paramLabel = "URL",
            description = "Post each alert there as JSON when it begins, changes and ends.")
    @Nullable URI webhook;

    /** What is done about ailing replicas. */
    enum Heal {
        ON,
        SHOW,
        OFF
    }

    @Option(
            names = "--heal",
            defaultValue = "on",
            paramLabel = "MODE",
            description = "What is done about ailing replicas of this process: on, show or off. With show, steps are"
                    + " only recorded in WEIR.HEALING (default: ${DEFAULT-VALUE}).")
    Heal heal = Heal.ON;

    @Mixin
    Limits limits = new Limits();

    /** What watches over a cluster until closed. Confined to one thread. */
    static final class Watch implements AutoCloseable {
        private final List<AutoCloseable> parts = new ArrayList<>();

        @Override
        public void close() {
            for (int i = parts.size() - 1; i >= 0; i--) {
                try {
                    parts.get(i).close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /**
     * Starts the monitor, and the dashboard if it is wanted.
     *
     * @param usual where the dashboard listens if nothing was said; null if it does not then
     */
    Watch start(RunningCluster cluster, String user, String password, PrintWriter out, @Nullable String usual)
            throws CommandFailure {
        Listen listen = listen(usual);
        String token = token();
        if (listen != null && !listen.isLoopback() && token.isEmpty()) {
            throw CommandFailure.ofUsage("Listening on " + listen.host()
                    + " lets other machines connect; that needs a token" + " (--http-token-file or " + VARIABLE + ")");
        }
        Watch watch = new Watch();
        try {
            Monitor monitor = monitor(cluster, user, password, watch);
            if (listen != null) {
                serve(
                        listen,
                        token,
                        monitor,
                        cluster,
                        new ReplicaStores(cluster.primary(), user, password),
                        out,
                        watch);
            }
            return watch;
        } catch (CommandFailure | RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    private @Nullable Listen listen(@Nullable String usual) throws CommandFailure {
        String text = http == null ? usual : http;
        if (text == null || text.equals(OFF)) {
            return null;
        }
        try {
            Listen listen = Listen.parse(text);
            listen.isLoopback();
            return listen;
        } catch (IllegalArgumentException e) {
            throw CommandFailure.ofUsage("--http: " + e.getMessage());
        }
    }

    private String token() throws CommandFailure {
        if (tokenFile == null) {
            String variable = System.getenv(VARIABLE);
            return variable == null ? "" : variable.strip();
        }
        try {
            String first = Files.readAllLines(tokenFile).stream()
                    .findFirst()
                    .orElse("")
                    .strip();
            if (first.isEmpty()) {
                throw new CommandFailure("The token file " + tokenFile + " has no first line");
            }
            return first;
        } catch (IOException e) {
            throw new CommandFailure("The token file " + tokenFile + " cannot be read: " + CommandFailure.reason(e));
        }
    }

    private Monitor monitor(RunningCluster cluster, String user, String password, Watch watch) throws CommandFailure {
        List<AlertSink> sinks = new ArrayList<>(List.of(new Slf4jSink()));
        if (webhook != null) {
            WebhookSink sink = new WebhookSink(webhook, StatusJson::text, FIRST_PAUSE);
            sinks.add(sink);
            watch.parts.add(sink);
        }
        Monitor monitor =
                new Monitor(new H2Probe(cluster, user, password, InstantSource.system()), limits.thresholds(), sinks);
        watch.parts.add(monitor);
        Runner runner = new Runner("weir-monitor", monitor, INTERVAL);
        watch.parts.add(runner);
        runner.start();
        if (heal != Heal.OFF && !cluster.replicas().isEmpty()) {
            HealPolicy healing = HealPolicy.DEFAULT.withDryRun(heal == Heal.SHOW);
            Healer healer = new Healer(cluster, monitor, healing, InstantSource.system(), System::nanoTime);
            Runner treating = new Runner("weir-healer", healer, INTERVAL);
            watch.parts.add(treating);
            treating.start();
        }
        return monitor;
    }

    private void serve(
            Listen listen,
            String token,
            Monitor monitor,
            RunningCluster cluster,
            ReplicaStores stores,
            PrintWriter out,
            Watch watch)
            throws CommandFailure {
        String known = token.isEmpty() ? MonitorServer.newToken() : token;
        MonitorServer server;
        try {
            server = new MonitorServer(listen, known, monitor, cluster, stores);
        } catch (IllegalStateException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        watch.parts.add(server);
        out.println("dashboard url=" + server.url() + (token.isEmpty() ? " token=" + known : ""));
        out.flush();
    }
}
