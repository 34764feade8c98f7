package dev.weir.it.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.it.WeirNodes;
import dev.weir.it.h2.H2TcpCluster;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** Two services that share nothing but the database and the header. */
@ExtendWith(PostgresExtension.class)
final class TokenHeaderTest {
    private final HttpClient http = HttpClient.newHttpClient();

    private static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE orders(customer INT PRIMARY KEY, n INT)");
            statement.execute("INSERT INTO orders VALUES (1, 0)");
        }
    }

    @Test
    void shouldKeepTheSessionBetweenServicesOnPostgres(PostgresCluster cluster) throws Exception {
        try (Connection connection = DriverManager.getConnection(cluster.weirUrl())) {
            create(connection);
        }
        cluster.awaitCaughtUp();
        // In another order, so that the two do not share their clock though they are in one JVM.
        String other = PostgresCluster.weirUrl(cluster.primary(), cluster.standby2(), cluster.standby1());
        try (ServletWebServerApplicationContext taking =
                        OrderService.start(cluster.weirUrl(), PostgresCluster.USER, PostgresCluster.PASSWORD);
                ServletWebServerApplicationContext telling =
                        OrderService.start(other, PostgresCluster.USER, PostgresCluster.PASSWORD)) {
            awaitOffload(telling);
            cluster.standby1().pauseReplay();
            cluster.standby2().pauseReplay();
            assertCarried(taking, telling);
        }
    }

    @Test
    void shouldKeepTheSessionBetweenServicesOnH2() throws Exception {
        try (H2TcpCluster cluster = H2TcpCluster.start(1, "")) {
            try (Connection connection =
                    DriverManager.getConnection(cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD)) {
                create(connection);
            }
            try (ServletWebServerApplicationContext taking =
                            OrderService.start(cluster.weirUrl(), H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                    ServletWebServerApplicationContext telling =
                            OrderService.start(reversed(cluster.weirUrl()), H2TcpCluster.USER, H2TcpCluster.PASSWORD);
                    Connection holding = cluster.replicas().get(0).open();
                    Statement statement = holding.createStatement()) {
                awaitOffload(telling);
                holding.setAutoCommit(false);
                statement.executeQuery("SELECT n FROM orders FOR UPDATE").close();
                assertCarried(taking, telling);
                holding.rollback();
            }
        }
    }

    /** The URL with its two nodes in the other order. */
    private static String reversed(String url) {
        int from = url.indexOf("//") + 2;
        int to = url.indexOf('/', from);
        String[] nodes = url.substring(from, to).split(",", -1);
        return url.substring(0, from) + nodes[1] + "," + nodes[0] + url.substring(to);
    }

    private void awaitOffload(ServletWebServerApplicationContext service) {
        DataSource source = service.getBean(DataSource.class);
        Awaitility.await().until(() -> {
            assertThat(get(service, null)).isEqualTo("0");
            try (Connection connection = source.getConnection()) {
                return WeirNodes.replicaReads(connection) > 0;
            }
        });
    }

    private void assertCarried(ServletWebServerApplicationContext taking, ServletWebServerApplicationContext telling)
            throws IOException, InterruptedException {
        HttpResponse<String> ordered =
                send(HttpRequest.newBuilder(uri(taking)).POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(ordered.body()).isEqualTo("ordered");
        Optional<String> token = ordered.headers().firstValue(TokenFilter.HEADER);
        assertThat(token).isPresent();
        assertThat(get(telling, null)).as("without the header").isEqualTo("0");
        assertThat(get(telling, token.get())).as("with the header").isEqualTo("1");
        HttpResponse<String> refused =
                send(HttpRequest.newBuilder(uri(telling)).header(TokenFilter.HEADER, "nonsense"));
        assertThat(refused.statusCode()).isEqualTo(400);
    }

    private String get(ServletWebServerApplicationContext service, @Nullable String token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(service));
        if (token != null) {
            request.header(TokenFilter.HEADER, token);
        }
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(ServletWebServerApplicationContext service) {
        return URI.create("http://127.0.0.1:"
                + Objects.requireNonNull(service.getWebServer()).getPort() + "/orders/1");
    }
}
