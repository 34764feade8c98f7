package dev.weir.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2EmbeddedExtension;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** This module has no Micrometer on its class path, as most applications have none. */
@ExtendWith(H2EmbeddedExtension.class)
final class FiguresWithoutMicrometerTest {
    @Test
    void shouldShowFiguresThroughJmxAlone(H2EmbeddedCluster cluster) throws SQLException, JMException {
        assertThatThrownBy(() -> Class.forName("io.micrometer.core.instrument.Metrics"))
                .isInstanceOf(ClassNotFoundException.class);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName clusters = new ObjectName("dev.weir:type=Cluster,*");
        try (Connection connection = cluster.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id int PRIMARY KEY)");
            statement.executeQuery("SELECT COUNT(*) FROM item").close();
            Awaitility.await("the figures")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(server.queryNames(clusters, null))
                            .anySatisfy(name -> {
                                assertThat((Long) server.getAttribute(name, "Reads"))
                                        .isPositive();
                                assertThat((Long) server.getAttribute(name, "Writes"))
                                        .isPositive();
                            }));
        }
    }
}
