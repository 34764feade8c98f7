package dev.weir.it.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.it.h2.H2EmbeddedCluster;
import dev.weir.it.h2.H2Store;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Test;

/** What connections leave on an embedded H2 cluster: no session with uncommitted changes in any store, no store once it is closed, no thread. */
final class H2LeakTest implements State.Dialect {
    private static final int CONNECTIONS = Integer.getInteger("weir.connections", 850);

    /** The sessions of Weir itself on one store: probe, log and replicator. */
    private static final int OWN_SESSIONS = 8;

    @Override
    public List<String> pinning() {
        return List.of("CREATE LOCAL TEMPORARY TABLE SCRATCH(ID INT)", "SET @HELD = 7");
    }

    @Override
    public Class<?> target() {
        return JdbcConnection.class;
    }

    @Test
    void shouldLeaveNothingBehindWhenClosedInAnyState() throws SQLException {
        LeakCheck check = new LeakCheck(this);
        List<H2Store> stores = new ArrayList<>();
        try (H2EmbeddedCluster cluster = H2EmbeddedCluster.inMemory(
                2, ";weir.poolSize=" + LeakCheck.POOL + ";weir.poolTimeout=10s;LOCK_TIMEOUT=5000")) {
            stores.add(cluster.primary());
            stores.addAll(cluster.replicas());
            try (Connection owner = cluster.connect()) {
                LeakCheck.createTable(owner);
            }
            check.leaveInEveryState(cluster.dataSource(), CONNECTIONS);
            for (H2Store store : stores) {
                Awaitility.await(store.name())
                        .until(() -> sessions(store, "WHERE CONTAINS_UNCOMMITTED AND SESSION_ID <> SESSION_ID()") == 0);
                assertThat(sessions(store, "")).isLessThanOrEqualTo(LeakCheck.POOL + OWN_SESSIONS);
            }
            check.requireWholePools(cluster.dataSource());
        }
        for (H2Store store : stores) {
            assertThatThrownBy(() -> DriverManager.getConnection(
                                    store.url() + ";IFEXISTS=TRUE", store.user(), store.password())
                            .close())
                    .as("the last session's end ends a store in memory")
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("not found");
        }
        // Nodes of other clusters than embedded ones are named by their address.
        check.awaitNoThread(name -> !name.contains(":"));
    }

    private static long sessions(H2Store store, String condition) throws SQLException {
        return store.number("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS " + condition);
    }
}
