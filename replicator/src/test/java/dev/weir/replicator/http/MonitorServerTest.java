package dev.weir.replicator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.replicator.RunningCluster;
import dev.weir.replicator.monitor.H2Probe;
import dev.weir.replicator.monitor.Monitor;
import dev.weir.replicator.monitor.Thresholds;
import dev.weir.replicator.testing.LoggedWriter;
import dev.weir.replicator.testing.WatchedCluster;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MonitorServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "sesame";

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private WatchedCluster cluster;
    private Monitor monitor;
    private MonitorServer server;

    @BeforeEach
    void start() throws SQLException {
        cluster = new WatchedCluster(directory, 1);
        cluster.start();
        monitor = new Monitor(
                new H2Probe(cluster.cluster(), WatchedCluster.USER, WatchedCluster.PASSWORD, InstantSource.system()),
                Thresholds.DEFAULT,
                List.of());
        server = new MonitorServer(new Listen("127.0.0.1", 0), TOKEN, monitor, cluster.cluster(), cluster.stores());
    }

    @AfterEach
    void stop() throws SQLException {
        server.close();
        monitor.close();
        cluster.close();
    }

    private HttpResponse<String> ask(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(server.url()).resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws Exception {
        HttpResponse<String> answer = ask("GET", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    @Test
    void shouldServeStatusHistoryLogAndMetricsWhenClusterIsSound() throws Exception {
        assertThat(ask("GET", "/health/live").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/health/ready").statusCode()).isEqualTo(503);
        try (LoggedWriter writer = cluster.writer()) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
            writer.sql("INSERT INTO T VALUES(1, 'secret 7')", 1);
        }
        await().atMost(LIMIT).until(() -> cluster.replica("r1").appliedLsn() == 2);
        await().atMost(LIMIT).untilAsserted(() -> {
            monitor.work();
            JsonNode replica = json("/api/status").get("replicas").get(0);
            assertThat(replica.get("state").asString()).isEqualTo("STREAMING");
            assertThat(replica.get("lag_entries").asLong(-1)).isZero();
            assertThat(replica.get("lag_ms").asLong(-1)).isZero();
            assertThat(replica.get("durable_lsn").asLong(-1)).isPositive();
        });

        assertThat(ask("GET", "/health/ready").statusCode()).isEqualTo(200);
        assertThat(json("/api/history?replica=r1").get("lag_seconds").size()).isPositive();
        String log = ask("GET", "/api/log").body();
        assertThat(log).contains("INSERT INTO T VALUES(?, ?)").doesNotContain("secret");
        assertThat(ask("GET", "/metrics").body())
                .contains("weir_replica_lag_seconds{replica=\"r1\"} 0.0")
                .contains("weir_replica_state{replica=\"r1\",state=\"STREAMING\"} 1.0")
                .contains("weir_primary_up 1.0");
        HttpResponse<String> page = ask("GET", "/");
        assertThat(page.body()).contains("<title>Weir</title>");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'self'");
    }

    @Test
    void shouldServeEveryFigureThatTheGrafanaDashboardShows() throws Exception {
        await().atMost(LIMIT).untilAsserted(() -> {
            monitor.work();
            String metrics = ask("GET", "/metrics").body();
            Matcher names = Pattern.compile("weir_[a-z_]+").matcher(Files.readString(Path.of("grafana", "weir.json")));
            assertThat(names.results().map(MatchResult::group).distinct())
                    .hasSizeGreaterThan(8)
                    .allSatisfy(name -> assertThat(metrics).contains("\n" + name));
        });
    }

    @Test
    void shouldLeaveOutOfMetricsWhatIsNotKnown() throws Exception {
        cluster.replica("r1").close();
        await().atMost(LIMIT).untilAsserted(() -> {
            monitor.work();
            assertThat(ask("GET", "/metrics").body()).doesNotContain("weir_replica_lag_seconds{replica=\"r1\"}");
        });
    }

    @Test
    void shouldActOnlyForTheTokenWhenAsked() throws Exception {
        await().atMost(LIMIT).until(() -> cluster.replica("r1").appliedLsn() >= 0);
        assertThat(ask("POST", "/api/replicas/r1/pause").statusCode()).isEqualTo(401);
        assertThat(ask("POST", "/api/replicas/r1/pause", "Authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        String[] token = {"Authorization", "Bearer " + TOKEN};
        assertThat(ask("POST", "/api/replicas/other/pause", token).statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/api/replicas/r1/explode", token).statusCode()).isEqualTo(404);

        assertThat(ask("POST", "/api/replicas/r1/pause", token).statusCode()).isEqualTo(202);
        await().atMost(LIMIT)
                .until(() -> cluster.replica("r1").status().state().name().equals("STOPPED"));
        assertThat(ask("POST", "/api/replicas/r1/resume", token).statusCode()).isEqualTo(202);
        await().atMost(LIMIT)
                .until(() -> cluster.replica("r1").status().state().name().equals("STREAMING"));
    }

    @Test
    void shouldPauseAndResumeAReplicaOfAnotherProcess() throws Exception {
        await().atMost(LIMIT).until(() -> isIn("STREAMING"));
        RunningCluster elsewhere = new RunningCluster(cluster.cluster().primary(), List.of());
        try (MonitorServer other =
                new MonitorServer(new Listen("127.0.0.1", 0), TOKEN, monitor, elsewhere, cluster.stores())) {
            assertThat(order(other, "r9", "pause")).isEqualTo(404);
            assertThat(order(other, "r1", "restart")).isEqualTo(404);
            assertThat(order(other, "r1", "pause")).isEqualTo(202);
            await().atMost(LIMIT).until(() -> isIn("STOPPED"));
            assertThat(order(other, "r1", "resume")).isEqualTo(202);
            await().atMost(LIMIT).until(() -> isIn("STREAMING"));
        }
    }

    private boolean isIn(String state) {
        return cluster.replica("r1").status().state().name().equals(state);
    }

    private int order(MonitorServer of, String replica, String action) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(of.url()).resolve("/api/replicas/" + replica + "/" + action))
                .POST(HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    @Test
    void shouldCompareAndMendOnlyForTheTokenWhenAsked() throws Exception {
        try (LoggedWriter writer = cluster.writer()) {
            writer.ddl("CREATE TABLE T(ID INT PRIMARY KEY, V VARCHAR)");
            writer.sql("INSERT INTO T SELECT X, 'as it was' FROM SYSTEM_RANGE(1, 100)", 100);
        }
        await().atMost(LIMIT).until(() -> cluster.replica("r1").appliedLsn() == 2);
        cluster.alter("r1", "UPDATE T SET V = 'altered' WHERE ID = 42");
        assertThat(ask("POST", "/api/replicas/r1/verify").statusCode()).isEqualTo(401);
        String[] token = {"Authorization", "Bearer " + TOKEN};
        assertThat(ask("POST", "/api/replicas/other/verify", token))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(404))
                .satisfies(answer -> assertThat(answer.body()).contains("knows no replica named other; it knows r1"));
        assertThat(json("/api/verify").size()).isZero();

        assertThat(ask("POST", "/api/replicas/r1/verify", token).statusCode()).isEqualTo(202);
        JsonNode found = awaitVerdict();
        assertThat(found.get("difference_count").asInt()).as(found.toString()).isEqualTo(1);
        assertThat(found.get("differences").get(0).get("key").asString()).isEqualTo("\"ID\" = 42");
        assertThat(found.get("left_count").asInt()).isEqualTo(1);
        assertThat(found.get("compared_rows").asInt()).isEqualTo(100);

        assertThat(ask("POST", "/api/replicas/r1/repair", token).statusCode()).isEqualTo(202);
        JsonNode mended = awaitVerdict();
        assertThat(mended.get("mended_rows").asInt()).as(mended.toString()).isEqualTo(1);
        assertThat(mended.get("left_count").asInt()).isZero();
    }

    private JsonNode awaitVerdict() throws Exception {
        await().atMost(LIMIT)
                .until(() -> !json("/api/verify").get(0).get("ended_at").isNull());
        return json("/api/verify").get(0);
    }

    @Test
    void shouldRefuseForeignNamesWhenItListensOnLoopback() throws Exception {
        String answer = raw("GET /api/status HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 421");
    }

    private String raw(String request) throws IOException {
        URI address = URI.create(server.url());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldWantTheTokenForDataWhenOthersCanConnect() throws Exception {
        try (MonitorServer open =
                new MonitorServer(new Listen("0.0.0.0", 0), TOKEN, monitor, cluster.cluster(), cluster.stores())) {
            URI status = URI.create(open.url().replace("0.0.0.0", "127.0.0.1")).resolve("/api/status");
            HttpRequest without = HttpRequest.newBuilder(status).build();
            HttpRequest with = HttpRequest.newBuilder(status)
                    .header("Authorization", "Bearer " + TOKEN)
                    .build();

            assertThat(client.send(without, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            assertThat(client.send(with, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldSayWhatToDoWhenAddressIsTaken() {
        Listen taken = new Listen("127.0.0.1", URI.create(server.url()).getPort());
        assertThatThrownBy(() -> new MonitorServer(taken, TOKEN, monitor, cluster.cluster(), cluster.stores()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("taken")
                .hasMessageContaining("--http");
        assertThatThrownBy(() -> Listen.parse("127.0.0.1:http"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST:PORT");
    }
}
