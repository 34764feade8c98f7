package dev.weir.it.history;

import dev.weir.it.postgres.PostgresCluster;
import dev.weir.it.postgres.PostgresNode;
import dev.weir.it.process.Relay;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;

/**
 * Faults of a primary with two streaming standbys, whose replication is asynchronous: a standby of a synchronous one shows commits before the primary does. Confined to one thread.
 */
final class PostgresFaults implements Faults {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PostgresCluster cluster;
    private final Relays relays;
    private final List<PostgresNode> standbys;

    PostgresFaults(PostgresCluster cluster) {
        this.cluster = cluster;
        this.relays = new Relays(
                cluster.weirUrl(),
                cluster.nodes().stream().map(PostgresNode::port).toList());
        this.standbys = new ArrayList<>(List.of(cluster.standby1(), cluster.standby2()));
    }

    @Override
    public String weirUrl() {
        return relays.url();
    }

    @Override
    public String user() {
        return PostgresCluster.USER;
    }

    @Override
    public String password() {
        return PostgresCluster.PASSWORD;
    }

    @Override
    public boolean replicasShowEarly() {
        return true;
    }

    @Override
    public Registers registers() {
        return Registers.POSTGRESQL;
    }

    @Override
    public String strike(SplittableRandom random) throws SQLException {
        PostgresNode standby = standbys.get(random.nextInt(standbys.size()));
        List<PostgresNode> running =
                cluster.nodes().stream().filter(PostgresNode::isRunning).toList();
        PostgresNode node = running.get(random.nextInt(running.size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                standby.pauseReplay();
                Faults.last(random, SHORT, LONG);
                standby.resumeReplay();
                return "replay paused on " + standby;
            }
            case 1 -> {
                standby.delayReplay(Duration.ofMillis(random.nextInt(1, 700)));
                Faults.last(random, SHORT, LONG);
                standby.delayReplay(Duration.ZERO);
                return "replay delayed on " + standby;
            }
            case 2 -> {
                standby.freeze();
                Faults.last(random, SHORT, LONG);
                standby.thaw();
                return "frozen " + standby;
            }
            case 3 -> {
                standby.kill();
                Faults.last(random, SHORT, LONG);
                standby.start();
                return "killed " + standby;
            }
            case 4 -> {
                relays.before(node.port()).cut();
                return "connections cut to " + node;
            }
            default -> {
                Relay relay = relays.before(node.port());
                relay.swallow();
                Faults.last(random, SHORT, LONG);
                relay.pass();
                return "nothing passed to or from " + node;
            }
        }
    }

    /** No answer leaves the old primary until a standby has all that it has written, so that no commit is lost that was acknowledged. */
    @Override
    public void failOver() throws SQLException {
        PostgresNode old = cluster.primary();
        Relay relay = relays.before(old.port());
        relay.swallow();
        PostgresNode next = standbys.remove(0);
        String written = old.query("SELECT pg_current_wal_insert_lsn()");
        Awaitility.await("WAL on " + next)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> "t".equals(next.query("SELECT pg_last_wal_receive_lsn() >= '" + written + "'::pg_lsn")));
        old.kill();
        relay.cut();
        relay.pass();
        next.promote();
        standbys.get(0)
                .configure(
                        "primary_conninfo",
                        standbys.get(0)
                                .query("SELECT setting FROM pg_settings WHERE name = 'primary_conninfo'")
                                .replace("port=" + old.port(), "port=" + next.port()));
        Awaitility.await("replication from " + next)
                .atMost(PATIENCE)
                .until(() -> "1".equals(next.query("SELECT count(*) FROM pg_stat_replication")));
        old.start();
    }

    @Override
    public void close() {
        relays.close();
    }
}
