package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import dev.weir.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that serve one database to one user: their pools, the monitor that probes them, and its newest view. Shared by all
 * logical connections of the JVM with equal settings. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private static final Duration READY_AT_MOST = Duration.ofSeconds(10);
    private static final Duration ANOTHER_CHANCE = Duration.ofMillis(200);
    private static final Duration CATALOG_AT_MOST = Duration.ofSeconds(90);
    private static final Duration FIGURES_AFTER = Duration.ofSeconds(1);

    /** A node of this JVM is not cut off from it: if it does not answer, a session has its store for itself, or its disk stands still. */
    private static final Duration NEVER_SILENT = Duration.ofDays(1_000);

    private final ClusterSettings settings;
    private final Dialect dialect;
    private volatile @Nullable SchemaDefinitions definitions;
    private final List<Node> nodes;
    private final Rounds rounds;
    private final Users users;
    private final List<NodePool> pools;
    private final MonitorLoop loop;
    private final Views views;
    private final @Nullable SchemaWatch schemaWatch;
    private final LongSupplier clock;
    private final Meters meters = new Meters();
    private final StalenessServed stalenessServed;
    private final ClusterFigures figures = new ClusterFigures(this);
    private final AtomicBoolean figuresWanted = new AtomicBoolean();
    private final AtomicBoolean figuresBegun = new AtomicBoolean();
    private volatile long figuresWantedNanos;
    private final Outages outages;
    private final @Nullable EmbeddedReplication replication;
    private final @Nullable PrimaryHead head;
    private final @Nullable RecentWrites recentWrites;
    private volatile boolean closeEagerly;
    private volatile boolean ready;

    Cluster(
            ClusterSettings settings,
            List<Node> nodes,
            @Nullable EmbeddedReplication replication,
            Rounds rounds,
            LongSupplier clock) {
        this.settings = settings;
        this.dialect = Dialect.of(settings.dialect());
        this.nodes = List.copyOf(nodes);
        this.replication = replication;
        this.rounds = rounds;
        this.clock = clock;
        this.users = new Users(clock);
        boolean elsewhere = replication == null;
        Wire wire = new Wire(dialect, settings.targetProperties(), elsewhere, null);
        Wire bounded = new Wire(
                dialect,
                settings.targetProperties(),
                elsewhere,
                elsewhere ? dialect.probeBound(probeTimeout(), settings.nodeTimeout()) : null);
        this.recentWrites = replication == null ? null : new RecentWrites();
        this.head = replication == null ? null : new PrimaryHead(nodes.get(0), wire);
        Monitor monitor = new Monitor(nodes, rounds, Lineages.OF_JVM, replication, clock.getAsLong());
        this.views = new Views(monitor.view(), rounds);
        this.stalenessServed = new StalenessServed(meters, nodes);
        String name = name();
        this.pools = new ArrayList<>(nodes.size());
        List<Probe> probes = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            pools.add(pool(node, name, wire));
            probes.add(probe(node, bounded));
        }
        this.outages = new Outages(
                pools,
                views,
                node -> new SqlProbe(node, bounded, dialect, clock, schema -> {}),
                rounds,
                clock,
                replication != null);
        this.loop = new MonitorLoop(
                "weir-monitor-" + name,
                monitor,
                probes,
                rounds,
                clock,
                settings.probeInterval(),
                elsewhere ? settings.nodeTimeout() : NEVER_SILENT,
                new Events());
        this.schemaWatch = schemaWatch(name, elsewhere);
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        for (Node node : nodes) {
            name.append(name.isEmpty() ? "" : "+").append(node.name());
        }
        return name.toString();
    }

    private @Nullable SchemaWatch schemaWatch(String name, boolean elsewhere) {
        String versionSql = dialect.schemaVersionSql();
        if (versionSql == null) {
            return null;
        }
        Wire patient = new Wire(dialect, settings.targetProperties(), elsewhere, elsewhere ? CATALOG_AT_MOST : null);
        return new SchemaWatch(name, dialect, versionSql, patient, views, this::define);
    }

    private NodePool pool(Node node, String name, Wire wire) {
        NodeSource source = new NodeSource(node, wire, dialect, this::awaitSampleOfSameLife, replication != null);
        return new NodePool(node, name, settings, source, views);
    }

    private Probe probe(Node node, Wire wire) {
        if (replication != null && node.index() > 0) {
            return new EmbeddedReplicaProbe(node, replication, clock);
        }
        return new SqlProbe(node, wire, dialect, clock, this::define);
    }

    private void define(SchemaDefinitions read) {
        definitions = read;
        rounds.changed();
    }

    private Duration probeTimeout() {
        return MonitorLoop.lateAfter(settings.probeInterval()).multipliedBy(4);
    }

    /** What the monitor's findings lead to. */
    private final class Events implements MonitorEvents {
        @Override
        public Monitor.Verdict verdict(Sample failed) {
            return MonitorLoop.verdict(failed, dialect);
        }

        @Override
        public boolean isSilence(Sample failed) {
            SQLException error = failed.failure();
            return error != null && dialect.failure(error) == Failure.CONNECTION_LOST;
        }

        @Override
        public void published(ClusterView view) {
            ClusterView before = views.newest();
            stalenessServed.count(before);
            outages.breakOffFenced(before, view);
            views.publish(view);
        }

        @Override
        public void ticked() {
            outages.tick();
            showFiguresIfDue();
            closeIfIdle();
        }

        @Override
        public void silent(Node node) {
            outages.breakOff(node);
        }
    }

    /**
     * Says that a statement on a borrowed connection must end by a time of {@link #nanos}: if it does not, even if its node is frozen,
     * the connection is broken off soon after, so that the statement fails. To be followed by {@link #ended}.
     */
    public void mustEndBy(Node node, Connection lent, long deadlineNanos) {
        outages.deadlines().begin(node, lent, deadlineNanos);
    }

    /** Says that the statement on a borrowed connection has ended. */
    public void ended(Connection lent) {
        outages.deadlines().end(lent);
    }

    void start() {
        loop.start();
        if (schemaWatch != null) {
            schemaWatch.start();
        }
    }

    /** Takes one more share, to be given up by {@link #close}; false if the cluster has closed for good. Never blocks. */
    public boolean join() {
        return users.join();
    }

    boolean isClosed() {
        return users.isClosed();
    }

    public ClusterSettings settings() {
        return settings;
    }

    public SqlDialect dialect() {
        return settings.dialect();
    }

    /** The nodes; the list does not change. */
    public List<Node> nodes() {
        return nodes;
    }

    /** The newest view: one volatile read. */
    public ClusterView view() {
        return views.newest();
    }

    /**
     * The newest definitions of the database's own objects; one volatile read. On H2 at least as new as the primary's position in
     * the view, on PostgreSQL at most some seconds older than the primary's catalog.
     *
     * @return null if none were read yet
     */
    public @Nullable SchemaDefinitions definitions() {
        return definitions;
    }

    /**
     * Notes that the schema may have changed, by a transaction that has committed, and has the definitions read anew. Never blocks.
     *
     * @return what {@link SchemaDefinitions#covers} must reach until the definitions have the change; -1 if the log's positions
     *     tell that
     */
    public long schemaChanged() {
        if (schemaWatch == null) {
            probeNow();
            return -1;
        }
        return schemaWatch.changed();
    }

    /** The clock of the view's times: monotonic, in nanoseconds, of arbitrary origin. */
    public LongSupplier clock() {
        return clock;
    }

    /** The time of {@link #clock}. */
    public long nanos() {
        return clock.getAsLong();
    }

    /**
     * The number of the newest probe that had begun when this was called, on any node of any cluster of the JVM. A sample with a
     * greater number was taken later than this call, so it covers whatever was acknowledged before. One volatile read.
     */
    public long round() {
        return rounds.newest();
    }

    /**
     * Raised whenever a probe of {@link #round} begins, and after every change of the view, of the definitions and of what else decides where a
     * read may go: while it is the same, a read may go where one went before.
     */
    public ChangeCount changes() {
        return rounds.count();
    }

    /** Says that something outside the cluster has changed on which routes rest; call it after the change can be seen. */
    public void changed() {
        rounds.changed();
    }

    /**
     * Waits until every node has answered its first probe or has had its time for it. Returns at once when that is long past.
     *
     * @throws SQLException 28000 if the nodes refuse the user or password; 08001 if no node can be used, naming each node and why
     */
    public void awaitReady() throws SQLException {
        if (ready) {
            return;
        }
        ClusterView view = await(Readiness::isSettled, READY_AT_MOST);
        if (!Readiness.isUsable(view)) {
            view = oneMoreRound();
        }
        if (!Readiness.isUsable(view)) {
            throw Readiness.refusal(view);
        }
        ready = Readiness.isSettled(view);
    }

    private ClusterView oneMoreRound() throws SQLException {
        long before = round();
        loop.request();
        return await(view -> Readiness.isUsable(view) || Readiness.isTriedAfter(before, view), probeTimeout());
    }

    private ClusterView await(Predicate<ClusterView> condition, Duration timeout) throws SQLException {
        try {
            return views.await(condition, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Errors.unreachable("Interrupted while waiting for the nodes " + nodes + " to be probed", e);
        }
    }

    /**
     * A physical connection to the node from its pool; closing it gives it back. Waits for a free one up to the pool timeout, or the
     * allowance if that is shorter, which is heeded to half a second.
     *
     * @param life the {@link NodeStatus#life} of the node in the view by which it was chosen
     * @throws SQLTimeoutException 57014 if the allowance has ended or was withdrawn
     * @throws SQLException 08001 if the node cannot be reached or has restarted since that view, 08006 if it is the primary and has gone
     *     away, 28000 if it refuses the user
     */
    public Connection borrow(Node node, long life, Allowance allowance) throws SQLException {
        NodePool pool = pools.get(node.index());
        NodeStatus status = view().status(node);
        if (status.state().isOut()) {
            status = anotherChance(node);
            if (status.state().isOut()) {
                node.failed();
                throw pool.unreachable(status, null);
            }
        }
        Connection borrowed;
        try {
            borrowed = pool.borrow(allowance);
        } catch (SQLTimeoutException e) {
            throw e;
        } catch (SQLException e) {
            node.failed();
            throw e;
        }
        if (replication == null
                && status.role() == NodeRole.REPLICA
                && view().status(node).life() != life) {
            borrowed.close();
            throw Errors.unreachable("Replica " + node + " may have restarted since it was chosen; route again", null);
        }
        return borrowed;
    }

    /** As {@link #borrow(Node, long, Allowance)} for a borrower who waits up to the pool timeout. */
    public Connection borrow(Node node, long life) throws SQLException {
        return borrow(node, life, Allowance.ENDLESS);
    }

    /**
     * Gives up a borrowed connection for good: it is closed physically and never lent again, since it is broken or holds session
     * state that cannot be undone. Use instead of closing it; may be called from any thread, and reports no error.
     */
    public void discard(Node node, Connection connection) {
        pools.get(node.index()).discard(connection);
    }

    /** Probes a node that was not up when it was last probed. */
    private NodeStatus anotherChance(Node node) throws SQLException {
        long before = round();
        loop.request();
        Duration twice = settings.probeInterval().multipliedBy(2);
        Duration patience = twice.compareTo(ANOTHER_CHANCE) > 0 ? twice : ANOTHER_CHANCE;
        return await(view -> view.status(node).attempt() > before, patience).status(node);
    }

    /**
     * A new connection to a replica may serve only when the node's published life is that of the connection: a probe sent after the
     * connection was made, on a connection that is still the same, shows that.
     */
    private void awaitSampleOfSameLife(Node node) throws SQLException {
        if (replication != null || view().status(node).role() != NodeRole.REPLICA) {
            return;
        }
        long before = round();
        loop.request();
        Duration patience = probeTimeout();
        NodeStatus status =
                await(view -> view.status(node).attempt() > before, patience).status(node);
        if (status.round() <= before) {
            throw Errors.unreachable(
                    "Replica " + node + " accepts connections but did not answer a probe in time", null);
        }
    }

    /** What an error of the target driver says about the node. */
    public Failure failure(SQLException error) {
        return dialect.failure(error);
    }

    /** Counts a failure and, if it says that the node is gone, takes it out of rotation until its next good probe. Never blocks. */
    public void reportFailure(Node node, SQLException failure) {
        Failure kind = dialect.failure(failure);
        if (kind == Failure.CONNECTION_LOST || kind == Failure.NOT_READY) {
            node.failed();
            boolean wasTrusted = !view().status(node).isSuspect();
            node.suspect(round());
            rounds.changed();
            if (wasTrusted && view().status(node).isUp()) {
                outages.failed(node);
            }
            loop.report(
                    node,
                    kind == Failure.NOT_READY ? NodeState.UNFIT : NodeState.DOWN,
                    "failed a statement with SQLSTATE " + failure.getSQLState());
        }
    }

    /** Asks for a round of probes at once; calls while one is due are merged. Never blocks. */
    public void probeNow() {
        loop.request();
    }

    /**
     * Probes at once and waits until the primary and some replica in rotation have answered a probe that began after this call.
     *
     * @return the newest view, whether or not that happened in time
     */
    public ClusterView awaitSamples(Duration timeout) throws InterruptedException {
        long before = round();
        loop.request();
        return views.await(view -> Readiness.isSampledAfter(before, view), timeout);
    }

    /**
     * Probes at once and waits until a node has answered a probe of a later round than this.
     *
     * @return the newest view, whether or not that happened in time
     */
    public ClusterView awaitSample(Node node, long round, Duration timeout) throws InterruptedException {
        loop.request();
        return views.await(view -> view.status(node).round() > round, timeout);
    }

    /**
     * The position of the primary's newest visible commit, read in memory without a network round trip.
     *
     * @return -1 unless this cluster is embedded
     * @throws SQLException 08006 if the primary's store fails
     */
    public long exactPrimaryLsn() throws SQLException {
        return head == null ? -1 : head.lsn();
    }

    /** The replication inside this JVM; null unless this cluster is embedded. */
    public @Nullable EmbeddedReplication replication() {
        return replication;
    }

    /** What this JVM has written lately; null unless this cluster is embedded. */
    public @Nullable RecentWrites recentWrites() {
        return recentWrites;
    }

    /** How many physical connections are lent out now, over all nodes. */
    public int lent() {
        return pools.stream().mapToInt(NodePool::lent).sum();
    }

    /** What happens in the cluster as a whole, counted. */
    public Meters meters() {
        return meters;
    }

    /** How many share the cluster: the open logical connections. */
    int users() {
        return users.count();
    }

    /** Shows the figures through JMX, and through Micrometer where it is on the class path, until the cluster closes; once. */
    public void showFigures() {
        figures.show(name());
    }

    /** Has the figures shown about a second from now, on another thread, so that nobody's first row waits for JMX. Never blocks. */
    public void showFiguresSoon() {
        if (!figuresWanted.get()) {
            figuresWantedNanos = clock.getAsLong();
            figuresWanted.set(true);
        }
    }

    private void showFiguresIfDue() {
        if (figuresWanted.get()
                && !figuresBegun.get()
                && clock.getAsLong() - figuresWantedNanos >= FIGURES_AFTER.toNanos()) {
            figuresBegun.set(true);
            Thread showing = new Thread(this::showFigures, "weir-figures");
            showing.setDaemon(true);
            showing.start();
        }
    }

    /** Gives up one user's share. The last one leaves the cluster idle, and it closes by itself after the idle timeout. */
    @Override
    public void close() {
        users.leave();
        if (closeEagerly) {
            closeIfUnused();
        }
    }

    /** Gives up one user's share; if it is the last one, closes pools and monitor before it returns, else when the last one goes. */
    public void closeNow() {
        closeEagerly = true;
        close();
    }

    private void closeIfIdle() {
        if (users.isIdleFor(settings.idleTimeout().toNanos())) {
            closeIfUnused();
        }
    }

    private void closeIfUnused() {
        if (!users.closeIfUnused()) {
            return;
        }
        Clusters.forget(this);
        figures.close();
        loop.stop();
        if (schemaWatch != null) {
            schemaWatch.stop();
        }
        pools.forEach(NodePool::close);
        if (head != null) {
            head.close();
        }
        if (replication != null) {
            try {
                replication.close();
            } catch (SQLException e) {
                LOG.warn("The embedded cluster {} did not close cleanly", nodes, e);
            }
        }
        LOG.debug("Closed the pools and the monitor of {}", nodes);
    }
}
