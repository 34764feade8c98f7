package dev.weir.cluster;

import java.sql.Connection;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about nodes that fail: connections that nobody answers on are broken off, and a replica that goes on failing reads is
 * kept from them until a trial succeeds. Whatever may take a moment runs on a thread of its own. Thread-safe.
 */
final class Outages implements Deadlines.Cutter {
    private static final Logger LOG = LoggerFactory.getLogger(Outages.class);

    private final List<NodePool> pools;
    private final Views views;
    private final Function<Node, Probe> trials;
    private final Rounds rounds;
    private final LongSupplier clock;
    private final boolean local;
    private final Deadlines deadlines = new Deadlines();

    /**
     * @param trials makes a probe that connects anew
     * @param local whether the nodes run in this JVM, so that nothing cuts them off from it
     */
    Outages(
            List<NodePool> pools,
            Views views,
            Function<Node, Probe> trials,
            Rounds rounds,
            LongSupplier clock,
            boolean local) {
        this.pools = pools;
        this.views = views;
        this.trials = trials;
        this.rounds = rounds;
        this.clock = clock;
        this.local = local;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    /**
     * Breaks off every connection to a node, so that what waits for it fails at once, and an open transaction on it cannot commit. From
     * the moment of the call nothing more is sent on them.
     */
    void breakOff(Node node) {
        if (local) {
            return;
        }
        node.cut();
        rounds.changed();
        run("weir-cut-" + node, () -> {
            int cut = pools.get(node.index()).cutAll();
            if (cut > 0) {
                LOG.warn(
                        "Broke off {} connections: node {}",
                        cut,
                        views.newest().status(node).describe());
            }
        });
    }

    /** Breaks off one lent connection. */
    @Override
    public void cut(Node node, Connection lent) {
        run("weir-cut-" + node, () -> pools.get(node.index()).cut(lent));
    }

    /** Breaks off the primaries that a new view fences and the one before did not. */
    void breakOffFenced(ClusterView before, ClusterView now) {
        for (NodeStatus status : now.statuses()) {
            boolean fenced = status.state() == NodeState.FENCED && status.role() == NodeRole.PRIMARY;
            if (fenced && before.status(status.node()).state() != NodeState.FENCED) {
                breakOff(status.node());
            }
        }
    }

    /** Counts that a node failed though it counted as healthy. For the primary there is no other node, so its breaker stays closed. */
    void failed(Node node) {
        boolean replica = views.newest().status(node).role() == NodeRole.REPLICA;
        if (replica && node.breaker().failed(clock.getAsLong(), node.reads(), node.failures())) {
            node.exclude();
            rounds.changed();
            LOG.warn(
                    "Node {} goes on failing reads though it answers probes; it gets none until a trial succeeds",
                    node);
        }
    }

    /** Does what is due. */
    void tick() {
        long now = clock.getAsLong();
        ClusterView view = views.newest();
        deadlines.enforce(now, view, this);
        for (NodeStatus status : view.statuses()) {
            if (status.node().breaker().beginsTrial(now)) {
                run("weir-trial-" + status.node(), () -> tryAgain(status.node()));
            }
        }
    }

    /** Tries a new connection and a query on a node whose breaker has been open for long enough. */
    private void tryAgain(Node node) {
        Probe trial = trials.apply(node);
        boolean success = trial.take(rounds.newest()).reading() != null;
        trial.close();
        node.breaker().tried(success, clock.getAsLong());
        if (success) {
            node.admit(rounds.newest(), clock.getAsLong());
            rounds.changed();
            LOG.info("Node {} gets reads again", node);
        }
    }

    private static void run(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
