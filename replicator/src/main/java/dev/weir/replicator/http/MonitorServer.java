package dev.weir.replicator.http;

import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.heal.HealingTable;
import dev.weir.replicator.heal.Step;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.Overview;
import dev.weir.replicator.monitor.Point;
import dev.weir.replicator.verify.ReplicaStores;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a monitored cluster over HTTP: a dashboard, its data as JSON, metrics, health, and actions for those who have the token. Thread-safe. */
public final class MonitorServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorServer.class);
    private static final int MOST_LOG_LINES = 100;
    private static final int MOST_STEPS = 50;
    private static final int THREADS = 12;

    private final Monitor monitor;
    private final Actions actions;
    private final Verifications verifications;
    private final HealingTable healing;
    private final LogTail log;
    private final Metrics metrics = new Metrics();
    private final Assets assets = new Assets();
    private final Access access;
    private final Listen listen;
    private final Javalin server;

    /**
     * Listens until closed.
     *
     * @param token what actions need, and everything if others than this machine can connect
     * @param stores how replicas are reached to be compared
     * @throws IllegalStateException if the address is taken or not this machine's
     */
    public MonitorServer(Listen listen, String token, Monitor monitor, RunningCluster cluster, ReplicaStores stores) {
        this.listen = listen;
        this.monitor = monitor;
        this.healing = new HealingTable(cluster.primary());
        this.log = new LogTail(cluster.primary());
        this.access = new Access(token, listen.isLoopback());
        this.verifications = new Verifications(cluster.primary(), stores);
        this.actions = new Actions(cluster, verifications);
        this.server = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.http.maxRequestSize = 16_384L;
            config.jetty.threadPool = threads();
            routes(config.routes);
        });
        try {
            server.start(listen.host(), listen.port());
        } catch (JavalinBindException e) {
            throw new IllegalStateException(
                    "Cannot listen on " + listen.host() + ":" + listen.port()
                            + ", which is taken or not this machine's; name another --http",
                    e);
        }
        LOG.info("event=http_listening url={}", url());
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads =
                new QueuedThreadPool(THREADS, 4, (int) Duration.ofMinutes(1).toMillis());
        threads.setName("weir-http");
        threads.setDaemon(true);
        return threads;
    }

    /** A token that nobody can guess. */
    public static String newToken() {
        return Access.newToken();
    }

    /** The dashboard's address. */
    public String url() {
        String host = listen.host().contains(":") ? "[" + listen.host() + "]" : listen.host();
        return "http://" + host + ":" + server.port() + "/";
    }

    private void routes(RoutesConfig routes) {
        routes.before(this::guard);
        for (String path : assets.paths()) {
            routes.get(path, context -> assets.serve(path, context));
        }
        routes.get("/health/live", context -> context.result("live\n"));
        routes.get("/health/ready", this::ready);
        routes.get("/metrics", this::metrics);
        routes.get("/api/status", context -> json(context, status()));
        routes.get("/api/history", this::history);
        routes.get("/api/log", this::log);
        routes.get("/api/nodes", context -> json(context, DriverFigures.read()));
        routes.get("/api/verify", context -> json(context, verifications.read()));
        routes.get("/api/healing", context -> json(context, steps()));
        routes.post("/api/replicas/{name}/{action}", this::act);
        routes.exception(SQLException.class, (e, context) -> {
            context.status(503);
            json(context, Map.of("error", "The primary cannot be asked: " + e.getMessage()));
        });
    }

    private void guard(Context context) {
        context.header("X-Content-Type-Options", "nosniff");
        context.header("X-Frame-Options", "DENY");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
        if (!access.isOwnHost(context.header("Host"))) {
            throw new HttpResponseException(421, "This server answers to loopback names only");
        }
        boolean open = assets.paths().contains(context.path()) || context.path().startsWith("/health/");
        if (!open) {
            context.header("Cache-Control", "no-store");
            if (!access.mayRead(context.header("Authorization"))) {
                throw unauthorized();
            }
        }
    }

    private static HttpResponseException unauthorized() {
        return new HttpResponseException(401, "Send the token, as in Authorization: Bearer TOKEN");
    }

    private void ready(Context context) {
        Optional<Overview> overview = monitor.overview();
        boolean ready =
                overview.isPresent() && overview.get().sample().primary().isPresent();
        context.status(ready ? 200 : 503).result(ready ? "ready\n" : "the primary has not answered\n");
    }

    private void metrics(Context context) {
        context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(monitor.overview().map(metrics::text).orElse(""));
    }

    private Map<String, @Nullable Object> status() {
        Map<String, @Nullable Object> json =
                new LinkedHashMap<>(monitor.overview().map(StatusJson::of).orElse(Map.of()));
        json.put("local_replicas", actions.locals());
        return json;
    }

    private void history(Context context) {
        String name = String.valueOf(context.queryParam("replica"));
        boolean days = "days".equals(context.queryParam("range"));
        List<Point> points =
                days ? monitor.history().coarse(name) : monitor.history().fine(name);
        List<@Nullable Double> times = new ArrayList<>();
        List<@Nullable Double> lags = new ArrayList<>();
        List<@Nullable Double> entries = new ArrayList<>();
        for (Point point : points) {
            times.add(point.epochMillis() / 1_000.0);
            lags.add(known(point.lagSeconds()));
            entries.add(known(point.lagEntries()));
        }
        json(context, Map.of("time", times, "lag_seconds", lags, "lag_entries", entries));
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    private void log(Context context) throws SQLException {
        int lines;
        try {
            lines = Integer.parseInt(
                    Optional.ofNullable(context.queryParam("lines")).orElse("20"));
        } catch (NumberFormatException e) {
            throw new HttpResponseException(400, "lines is a number from 1 to " + MOST_LOG_LINES);
        }
        json(context, log.read(Math.max(1, Math.min(MOST_LOG_LINES, lines))));
    }

    private List<Map<String, Object>> steps() throws SQLException {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Step step : healing.newest(MOST_STEPS)) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", step.id().toString());
            line.put("at", step.at().toString());
            line.put("replica", step.replica());
            line.put("cause", step.cause());
            line.put("step", step.rung().label());
            line.put("outcome", step.outcome().name());
            line.put("effect", step.effect());
            lines.add(line);
        }
        return lines;
    }

    private void act(Context context) throws SQLException {
        if (!access.mayAct(context.header("Authorization"))) {
            throw unauthorized();
        }
        String name = context.pathParam("name");
        Action action = actions.begin(name, context.pathParam("action"));
        context.status(202);
        json(context, Map.of("replica", name, "action", action.label()));
    }

    private static void json(Context context, Object value) {
        context.contentType("application/json; charset=utf-8").result(StatusJson.write(value));
    }

    @Override
    public void close() {
        server.stop();
        verifications.close();
    }
}
