package dev.weir.replicator.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookSinkTest {
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer server;
    private WebhookSink sink;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean refused = refusals.getAndDecrement() > 0;
            if (!refused) {
                received.add(body);
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
        sink = new WebhookSink(address, alert -> "{\"id\":" + alert.id() + "}", Duration.ofMillis(1));
    }

    @AfterEach
    void stop() {
        sink.close();
        server.stop(0);
    }

    private static Alert alert(long id) {
        return new Alert(
                id, AlertKind.LAG, "r1", Severity.WARNING, Instant.EPOCH, Optional.empty(), "behind", Map.of());
    }

    @Test
    void shouldDeliverInOrderWhenReceiverRefusesForAWhile() {
        refusals.set(3);
        sink.accept(alert(1));
        sink.accept(alert(2));

        await().atMost(Duration.ofSeconds(60)).until(() -> received.size() == 2);
        assertThat(received).containsExactly("{\"id\":1}", "{\"id\":2}");
    }

    @Test
    void shouldGoOnWithTheNextWhenOneIsRefusedForGood() {
        refusals.set(8);
        sink.accept(alert(1));
        sink.accept(alert(2));

        await().atMost(Duration.ofSeconds(60)).until(() -> received.contains("{\"id\":2}"));
        assertThat(received).containsExactly("{\"id\":2}");
    }
}
