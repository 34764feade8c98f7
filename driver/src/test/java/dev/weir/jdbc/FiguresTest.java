package dev.weir.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.ClusterMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a cluster counts, as JMX and Micrometer show it. */
class FiguresTest {
    private static final int READS = 640;

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Set<ObjectName> before = Set.of();
    private MemoryCluster cluster;
    private Connection connection;

    @BeforeEach
    void start() throws SQLException {
        Metrics.addRegistry(registry);
        before = names();
        cluster = new MemoryCluster(2);
        connection = cluster.connect();
        cluster.showFigures();
    }

    @AfterEach
    void stop() throws SQLException {
        connection.close();
        cluster.close();
        assertThat(names()).as("unregistered with the cluster").isEqualTo(before);
        assertThat(registry.getMeters()).as("removed with the cluster").isEmpty();
        Metrics.removeRegistry(registry);
    }

    private Set<ObjectName> names() {
        return server.queryNames(pattern(), null);
    }

    private static ObjectName pattern() {
        try {
            return new ObjectName("dev.weir:type=Cluster,*");
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectName name() {
        Set<ObjectName> now = new HashSet<>(names());
        now.removeAll(before);
        assertThat(now).hasSize(1);
        return now.iterator().next();
    }

    private void read(String sql, int times) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < times; i++) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                }
            }
        }
    }

    @Test
    void shouldCountReadsWritesAndReasons() throws SQLException, JMException {
        connection.setClientInfo("weir.consistency", "eventual");
        read("SELECT NAME FROM WHO", READS);
        connection.setClientInfo("weir.consistency", "strong");
        read("SELECT NAME FROM WHO", 7);
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < 5; i++) {
                statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('counted')");
            }
        }
        // A connection tells its newest statements when it takes another route, meets a new view, or is closed.
        connection.close();
        connection = cluster.connect();
        ObjectName name = name();
        assertThat(server.getAttribute(name, "Reads")).isEqualTo(READS + 7L);
        assertThat(server.getAttribute(name, "Writes")).isEqualTo(5L);
        assertThat(server.getAttribute(name, "Connections")).isEqualTo(1);
        assertThat(server.getAttribute(name, "Replicas")).isEqualTo(2);
        assertThat(server.getAttribute(name, "Reasons")).isInstanceOf(TabularData.class);
        assertThat(((CompositeData[]) server.getAttribute(name, "Nodes"))).hasSize(3);

        ClusterMXBean figures = JMX.newMXBeanProxy(server, name, ClusterMXBean.class);
        assertThat(figures.getReasons())
                .containsEntry("EVENTUAL", (long) READS)
                .containsEntry("STRONG", 7L)
                .containsEntry("WRITE", 5L);
        assertThat(figures.getFallbacks()).isZero();
        assertThat(figures.getPrimary()).contains("primary");
    }

    @Test
    void shouldMeasureSomeReadsAndTellTheirStaleness() throws SQLException, JMException {
        cluster.catchUp();
        connection.setClientInfo("weir.consistency", "eventual");
        read("SELECT NAME FROM WHO", READS);
        ObjectName name = name();
        CompositeData[] nodes = (CompositeData[]) server.getAttribute(name, "Nodes");
        long measured = 0;
        for (CompositeData node : nodes) {
            measured += sum((TabularData) node.get("readTimes"));
        }
        assertThat(measured).isEqualTo(READS / 64);
        Awaitility.await("every read to be counted with its staleness")
                .untilAsserted(() -> assertThat(sum((TabularData) server.getAttribute(name, "StalenessServed")))
                        .isEqualTo(READS));
    }

    private static long sum(TabularData table) {
        return table.values().stream()
                .mapToLong(row -> (Long) ((CompositeData) row).get("value"))
                .sum();
    }

    @Test
    void shouldCountFallbacksRetriesAndBreaker() throws SQLException {
        cluster.leaveReplicasBehind();
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO ITEM(NAME) VALUES ('new')");
        }
        read("SELECT NAME FROM ITEM", 3);
        connection.close();
        connection = cluster.connect();
        ClusterMXBean figures = JMX.newMXBeanProxy(server, name(), ClusterMXBean.class);
        assertThat(figures.getFallbacks()).isEqualTo(3);
        connection.setClientInfo("weir.consistency", "eventual");
        cluster.stop("r1");
        Awaitility.await("reads by the other replica").until(() -> {
            read("SELECT NAME FROM WHO", 1);
            return !cluster.status("r1").isUp();
        });
        assertThat(figures.getReplicas()).isEqualTo(1);
    }

    @Test
    void shouldShowTheSameThroughMicrometer() throws SQLException {
        connection.setClientInfo("weir.consistency", "eventual");
        read("SELECT NAME FROM WHO", 50);
        connection.close();
        connection = cluster.connect();
        assertThat(sum("weir.reads")).isEqualTo(50);
        double eventual = registry.find("weir.statements").tag("reason", "eventual").functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
        assertThat(eventual).isEqualTo(50);
        assertThat(registry.get("weir.replicas").gauge().value()).isEqualTo(2);
        assertThat(registry.find("weir.breaker").gauges()).hasSize(3);
        assertThat(registry.find("weir.wait.bucket").tag("le", "+Inf").functionCounters())
                .hasSize(1);
    }

    private double sum(String name) {
        return registry.find(name).functionCounters().stream()
                .mapToDouble(FunctionCounter::count)
                .sum();
    }

    @Test
    void shouldHaveFiguresOfEveryKindThatJmxCanShow() throws JMException {
        Map<String, Class<?>> kinds = Map.of("StalenessServed", TabularData.class, "Waits", TabularData.class);
        for (Map.Entry<String, Class<?>> kind : kinds.entrySet()) {
            assertThat(server.getAttribute(name(), kind.getKey())).isInstanceOf(kind.getValue());
        }
    }
}
