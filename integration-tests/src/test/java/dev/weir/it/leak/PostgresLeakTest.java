package dev.weir.it.leak;

import dev.weir.WeirDataSource;
import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresExtension;
import dev.weir.it.postgres.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

/** What connections leave on PostgreSQL: no session in a transaction on any server, none at all once the data source is closed, no thread. */
@ExtendWith(PostgresExtension.class)
final class PostgresLeakTest implements State.Dialect {
    private static final String APPLICATION = "leaking";
    private static final int CONNECTIONS = Integer.getInteger("weir.connections", 340);

    @Override
    public List<String> pinning() {
        return List.of("CREATE TEMP TABLE scratch (id int)", "SELECT pg_advisory_lock_shared(7)");
    }

    @Override
    public Class<?> target() {
        return PGConnection.class;
    }

    @Test
    void shouldLeaveNothingBehindWhenClosedInAnyState(PostgresCluster cluster) throws SQLException {
        LeakCheck check = new LeakCheck(this);
        try (Connection owner = cluster.primary().connect()) {
            LeakCheck.createTable(owner);
        }
        cluster.awaitCaughtUp();
        try (WeirDataSource source = new WeirDataSource(cluster.weirUrl() + "&weir.poolSize=" + LeakCheck.POOL
                + "&weir.poolTimeout=10s&ApplicationName=" + APPLICATION)) {
            check.leaveInEveryState(source, CONNECTIONS);
            for (PostgresNode node : cluster.nodes()) {
                Awaitility.await(node.name())
                        .until(() -> sessions(node, "state LIKE 'idle in transaction%' OR state = 'active'") == 0);
            }
            check.requireWholePools(source);
        }
        for (PostgresNode node : cluster.nodes()) {
            Awaitility.await(node.name()).until(() -> sessions(node, "true") == 0);
        }
        String port = Integer.toString(cluster.primary().port());
        check.awaitNoThread(name -> name.contains(port));
    }

    private static int sessions(PostgresNode node, String condition) throws SQLException {
        return Integer.parseInt(node.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                + APPLICATION + "' AND backend_type = 'client backend' AND query NOT LIKE '%pg_control%'"
                + " AND (" + condition + ")"));
    }
}
