package dev.weir.it.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.jdbc.WeirConnection;
import dev.weir.routing.Reason;
import dev.weir.routing.Route;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** A Spring Boot application with Spring Data JPA, as its autoconfiguration makes it: HikariCP, Hibernate, and transactions by annotation. */
final class SpringBootTest {
    /** A row. */
    @Entity(name = "Customer")
    public static class Customer {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        @Nullable Long id;

        String name = "";

        int orders;

        static Customer named(String name) {
            Customer customer = new Customer();
            customer.name = name;
            return customer;
        }
    }

    /** Spring Data makes it; its own reads run in read-only transactions. */
    public interface Customers extends JpaRepository<Customer, Long> {
        List<Customer> findByNameStartingWithOrderByName(String start);

        @Modifying
        @Query("update Customer set orders = orders + 1 where name = :name")
        int order(String name);
    }

    /** What the application does. */
    public static class Shop {
        private final Customers customers;
        private final JdbcTemplate jdbc;

        public Shop(Customers customers, JdbcTemplate jdbc) {
            this.customers = customers;
            this.jdbc = jdbc;
        }

        @Transactional
        public long register(String name) {
            Customer customer = customers.saveAndFlush(Customer.named(name));
            assertThat(customers.findByNameStartingWithOrderByName(name)).hasSize(1);
            return Objects.requireNonNull(customer.id);
        }

        @Transactional
        public void registerAndFail(String name) {
            register(name);
            throw new IllegalStateException("no credit");
        }

        @Transactional
        public int order(String name) {
            return customers.order(name);
        }

        @Transactional(readOnly = true)
        public List<String> names() {
            List<String> names = customers.findAll(Sort.by("name")).stream()
                    .map(customer -> customer.name)
                    .toList();
            assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM customer", Integer.class))
                    .isEqualTo(names.size());
            return names;
        }

        @Transactional(readOnly = true)
        public void writeThoughReadOnly() {
            jdbc.update("UPDATE customer SET orders = 100");
        }

        /** A block that asks for another level than the connection's, by the hint on its first statement. */
        @Transactional(readOnly = true)
        public List<Route> routesAtStrong() {
            jdbc.queryForObject("/* weir: strong */ SELECT 1", Integer.class);
            Route first = route();
            jdbc.queryForObject("SELECT COUNT(*) FROM customer", Integer.class);
            return List.of(first, route());
        }

        @Transactional(readOnly = true)
        public void askForMoreTooLate() {
            jdbc.queryForObject("/* weir: eventual */ SELECT COUNT(*) FROM customer", Integer.class);
            jdbc.queryForObject("/* weir: strong */ SELECT COUNT(*) FROM customer", Integer.class);
        }

        private Route route() {
            return Objects.requireNonNull(jdbc.execute((Connection connection) -> Objects.requireNonNull(
                    connection.unwrap(WeirConnection.class).lastRoute())));
        }

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        public int countWithoutTransaction() {
            Integer count = jdbc.queryForObject("SELECT COUNT(*) FROM customer WHERE orders >= 0", Integer.class);
            return count == null ? -1 : count;
        }
    }

    /** The application. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EntityScan(basePackageClasses = SpringBootTest.class)
    @EnableJpaRepositories(basePackageClasses = SpringBootTest.class, considerNestedRepositories = true)
    public static class Application {
        @Bean
        Shop shop(Customers customers, JdbcTemplate jdbc) {
            return new Shop(customers, jdbc);
        }
    }

    private static ConfigurableApplicationContext start(Deployment deployment) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(Map.of(
                        "spring.datasource.url",
                        deployment.url(),
                        "spring.datasource.username",
                        deployment.user(),
                        "spring.datasource.password",
                        deployment.password(),
                        "spring.datasource.driver-class-name",
                        "dev.weir.WeirDriver",
                        "spring.jpa.hibernate.ddl-auto",
                        "create-drop",
                        "spring.main.banner-mode",
                        "off"))
                .run();
    }

    @OnEveryCluster
    void shouldRunReadOnlyTransactionsOnReplicas(Deployment deployment) throws Exception {
        try (ConfigurableApplicationContext application = start(deployment)) {
            Shop shop = application.getBean(Shop.class);
            Customers customers = application.getBean(Customers.class);
            long id = shop.register("Ann");
            assertThat(customers.findById(id)).map(customer -> customer.name).contains("Ann");
            customers.saveAll(List.of(Customer.named("Bob"), Customer.named("Bea")));
            assertThatThrownBy(() -> shop.registerAndFail("Eve")).isInstanceOf(IllegalStateException.class);
            assertThat(shop.order("Bob")).isEqualTo(1);
            assertThatThrownBy(shop::writeThoughReadOnly).isInstanceOf(DataAccessException.class);
            deployment.readUntilOffloaded(
                    "order by", () -> assertThat(shop.names()).containsExactly("Ann", "Bea", "Bob"));
            deployment.readUntilOffloaded(
                    "like",
                    () -> assertThat(customers.findByNameStartingWithOrderByName("B"))
                            .extracting(customer -> customer.orders)
                            .containsExactly(0, 1));
            deployment.readUntilOffloaded(
                    "orders >= 0",
                    () -> assertThat(shop.countWithoutTransaction()).isEqualTo(3));
            deployment.readUntilOffloaded(
                    "fetch first",
                    () -> assertThat(customers
                                    .findAll(PageRequest.of(0, 2, Sort.by("id")))
                                    .getTotalElements())
                            .isEqualTo(3));
            List<Route> routes = shop.routesAtStrong();
            assertThat(routes).extracting(Route::reason).containsExactly(Reason.STRONG, Reason.IN_TRANSACTION);
            assertThat(routes.get(1).node()).isEqualTo(routes.get(0).node());
            assertThatThrownBy(shop::askForMoreTooLate)
                    .rootCause()
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("first statement of the transaction")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("25001");
            customers.deleteById(id);
            assertThat(customers.count()).isEqualTo(2);
        }
    }
}
