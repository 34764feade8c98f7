package dev.weir.cluster;

import dev.weir.cluster.ClusterSettings.Embedded;
import dev.weir.sql.SqlDialect;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** An embedded cluster of a primary in memory and one replica that has no store, but positions set by hand. Thread-safe. */
public final class EmbeddedPositions extends ScriptedPositions {
    private final WeirStore primary = WeirStore.primary(UUID.randomUUID());
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong asked = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong stoppedAt = new AtomicLong();
    private final Cluster cluster;
    private volatile long showing;

    public EmbeddedPositions() throws SQLException {
        ClusterSettings settings = ClusterSettings.of(
                        SqlDialect.H2,
                        new Embedded(primary.url(), 1),
                        Map.of("user", WeirStore.USER, "password", WeirStore.PASSWORD))
                .withProbeInterval(Duration.ofMillis(20));
        List<Node> nodes = List.of(new Node(0, "primary", primary.url()), new Node(1, "replica", "jdbc:h2:mem:none"));
        cluster = new Cluster(settings, nodes, this, new Rounds(), this::now);
        cluster.join();
        cluster.start();
        cluster.awaitReady();
    }

    private long now() {
        long stopped = stoppedAt.get();
        return stopped == 0 ? System.nanoTime() : stopped;
    }

    public Cluster cluster() {
        return cluster;
    }

    /** Stops the cluster's clock, so that no wait takes too long. */
    public void stopClock() {
        stoppedAt.set(System.nanoTime());
    }

    /** Has the replica begin to commit up to a position, which readers may see from now on. */
    public void beginCommit(long lsn) {
        showing = lsn;
    }

    /** Has the commit end when the applied position has been asked for so often. */
    public void endCommitWhenAsked(int times) {
        asked.set(times);
    }

    @Override
    public long appliedLsn(int node) {
        if (node == 1 && asked.get() > 0 && asked.decrementAndGet() == 0) {
            applied.set(showing);
        }
        return applied.get();
    }

    @Override
    public long showingLsn(int replica) {
        return showing;
    }

    @Override
    public void close() throws SQLException {
        primary.close();
    }
}
