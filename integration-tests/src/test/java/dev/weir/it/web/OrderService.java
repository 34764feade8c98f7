package dev.weir.it.web;

import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A service that takes orders and tells how many there are, over Weir, with the filter in front. */
final class OrderService {
    private OrderService() {}

    /** Its HTTP interface. */
    @RestController
    public static class Orders {
        private final JdbcTemplate jdbc;

        public Orders(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @PostMapping("/orders/{customer}")
        @Transactional
        public String order(@PathVariable("customer") int customer) {
            jdbc.update("UPDATE orders SET n = n + 1 WHERE customer = ?", customer);
            return "ordered";
        }

        @GetMapping("/orders/{customer}")
        @Transactional(readOnly = true)
        public String count(@PathVariable("customer") int customer) {
            return String.valueOf(
                    jdbc.queryForObject("SELECT n FROM orders WHERE customer = ?", Integer.class, customer));
        }
    }

    /** The application. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    public static class Application {
        @Bean
        Orders orders(JdbcTemplate jdbc) {
            return new Orders(jdbc);
        }

        @Bean
        TokenFilter tokenFilter(DataSource source) {
            return new TokenFilter(source);
        }
    }

    /** Starts a service on a free port. */
    static ServletWebServerApplicationContext start(String url, String user, String password) {
        return (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class)
                .properties(Map.of(
                        "server.port", "0",
                        "spring.datasource.url", url,
                        "spring.datasource.username", user,
                        "spring.datasource.password", password,
                        "spring.datasource.driver-class-name", "dev.weir.WeirDriver",
                        "spring.jpa.open-in-view", "false",
                        "spring.main.banner-mode", "off"))
                .run();
    }
}
