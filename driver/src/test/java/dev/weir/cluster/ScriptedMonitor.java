package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real monitor that is fed by hand, for tests of this room and of routing. Confined to one thread. */
public final class ScriptedMonitor {
    private static final String CLUSTER = "c";

    private final List<Node> nodes = new ArrayList<>();
    private final Rounds rounds;
    private final Monitor monitor;
    private long now;

    public ScriptedMonitor(int count) {
        this(count, null, new Rounds(), new Lineages());
    }

    /** One of several monitors of a JVM. */
    ScriptedMonitor(int count, Rounds rounds, Lineages lineages) {
        this(count, null, rounds, lineages);
    }

    /** @param exact where positions are read from instead of samples; null for samples */
    public ScriptedMonitor(int count, @Nullable EmbeddedReplication exact) {
        this(count, exact, new Rounds(), new Lineages());
    }

    private ScriptedMonitor(int count, @Nullable EmbeddedReplication exact, Rounds rounds, Lineages lineages) {
        this.rounds = rounds;
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i, "n" + i, "jdbc:none:n" + i));
        }
        monitor = new Monitor(nodes, rounds, lineages, exact, 0);
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int index) {
        return nodes.get(index);
    }

    /** The clock that views are stamped with; set by hand. */
    public void now(long nanos) {
        now = nanos;
    }

    public long now() {
        return now;
    }

    public long beginRound() {
        return rounds.begin();
    }

    public long round() {
        return rounds.newest();
    }

    /** Takes in an answer to a probe of that round which was sent then, on the node's connection of that number. */
    public void answer(int node, boolean primary, long epoch, long lsn, long round, long sentNanos, long connection) {
        answer(node, primary, epoch, lsn, round, sentNanos, connection, CLUSTER, null);
    }

    void answer(
            int node,
            boolean primary,
            long epoch,
            long lsn,
            long round,
            long sentNanos,
            long connection,
            String cluster,
            @Nullable String problem) {
        Reading reading = new Reading(primary ? NodeRole.PRIMARY : NodeRole.REPLICA, cluster, epoch, lsn, -1, problem);
        monitor.answered(new Sample(nodes.get(node), round, sentNanos, now, connection, reading, null), reading);
    }

    /** A probe begun and answered at once. */
    public void probe(int node, boolean primary, long epoch, long lsn) {
        answer(node, primary, epoch, lsn, beginRound(), now, 1);
    }

    public void fail(int node) {
        fail(node, NodeState.DOWN);
    }

    void fail(int node, NodeState state) {
        Sample failed = new Sample(nodes.get(node), beginRound(), now, now, 1, null, new SQLException("gone"));
        monitor.failed(failed, new Monitor.Verdict(state, "cannot be reached: gone"));
    }

    public ClusterView publish() {
        return monitor.publish(now);
    }
}
