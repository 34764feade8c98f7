package dev.weir.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty cycle of one cluster's monitor and the one thread that runs it. Each node is probed on a thread of its own, at most one
 * probe at a time, so that a node which does not answer delays nobody. Thread-safe.
 */
final class MonitorLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorLoop.class);

    private static final Duration LATE_AT_LEAST = Duration.ofMillis(500);
    private static final int LATE_INTERVALS = 5;
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(5);
    private static final Duration FIRST_ANSWER_OF_OTHERS = Duration.ofSeconds(1);
    private static final Duration RETRY_HOPELESS = Duration.ofSeconds(5);

    private final Monitor monitor;
    private final List<NodeProbe> probes;
    private final Rounds rounds;
    private final LongSupplier clock;
    private final long intervalNanos;
    private final long lateNanos;
    private final MonitorEvents listener;
    private final Duration nodeTimeout;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean requested = new AtomicBoolean();
    private final ExecutorService probers;
    private final Thread thread;
    private volatile boolean stopped;
    private long nextRound;

    MonitorLoop(
            String name,
            Monitor monitor,
            List<? extends Probe> probes,
            Rounds rounds,
            LongSupplier clock,
            Duration interval,
            Duration nodeTimeout,
            MonitorEvents listener) {
        this.monitor = monitor;
        this.probes = new ArrayList<>(probes.size());
        for (Probe probe : probes) {
            this.probes.add(new NodeProbe(probe, new Silence(nodeTimeout.toNanos(), interval.toNanos())));
        }
        this.rounds = rounds;
        this.clock = clock;
        this.intervalNanos = interval.toNanos();
        this.lateNanos = lateAfter(interval).toNanos();
        this.nodeTimeout = nodeTimeout;
        this.listener = listener;
        this.nextRound = clock.getAsLong();
        this.probers = probers(probes.size(), name + "-probe-");
        this.thread = new Thread(this, name);
        this.thread.setDaemon(true);
    }

    /** How long a probe may go unanswered before its node counts as infinitely behind. */
    static Duration lateAfter(Duration interval) {
        Duration several = interval.multipliedBy(LATE_INTERVALS);
        return several.compareTo(LATE_AT_LEAST) > 0 ? several : LATE_AT_LEAST;
    }

    private static ExecutorService probers(int nodes, String prefix) {
        int threads = Math.max(1, nodes);
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(prefix));
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread made = new Thread(task, prefix + number.incrementAndGet());
            made.setDaemon(true);
            return made;
        };
    }

    /** Something that happened and that the monitor must take in. */
    private sealed interface Event {}

    private record Sampled(Sample sample) implements Event {}

    private record Failed(Node node, NodeState state, String problem) implements Event {}

    private record ProbeRequested() implements Event {}

    /** A node's probe and whether it is under way. Confined to the monitor's thread. */
    private static final class NodeProbe {
        private final Probe probe;
        private final Silence silence;
        private boolean underWay;
        private boolean again;
        private boolean late;
        private boolean tried;
        private long since;
        private long notBefore;

        NodeProbe(Probe probe, Silence silence) {
            this.probe = probe;
            this.silence = silence;
        }
    }

    void start() {
        thread.start();
    }

    /** Asks for a round of probes at once; merged with one that was asked for and has not begun. */
    void request() {
        if (requested.compareAndSet(false, true)) {
            events.add(new ProbeRequested());
        }
    }

    /** Says that a node failed outside a probe, and asks for a probe of it. */
    void report(Node node, NodeState state, String problem) {
        events.add(new Failed(node, state, problem));
        request();
    }

    /**
     * Stops the thread and closes the probes; waits for both for a moment, since a probe may be stuck until its timeout. On the thread
     * itself it only says so: an interrupt would hit whatever the caller still has to close.
     */
    void stop() {
        stopped = true;
        if (Thread.currentThread() != thread) {
            thread.interrupt();
            awaitEnd();
        }
    }

    private void awaitEnd() {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
            probers.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                Event event = events.poll(guardedStep(), TimeUnit.NANOSECONDS);
                if (event != null) {
                    take(event);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeProbes();
        }
    }

    private void closeProbes() {
        for (NodeProbe node : probes) {
            if (!node.underWay) {
                probers.execute(node.probe::close);
            }
        }
        probers.shutdown();
    }

    private long guardedStep() {
        try {
            return step();
        } catch (RuntimeException e) {
            LOG.error("The monitor {} failed in one round and goes on with the next", thread.getName(), e);
            return intervalNanos;
        }
    }

    /** Does what is due; says how many nanoseconds may pass until something is due again. */
    private long step() {
        Event event = events.poll();
        while (event != null) {
            take(event);
            event = events.poll();
        }
        long now = clock.getAsLong();
        if (now - nextRound >= 0) {
            nextRound = now + intervalNanos;
            for (NodeProbe node : probes) {
                begin(node);
            }
            markLate(now);
            markSilent(now);
            listener.ticked();
        }
        listener.published(monitor.publish(now));
        return Math.max(0, nextRound - clock.getAsLong());
    }

    private void take(Event event) {
        if (event instanceof Sampled sampled) {
            ended(sampled.sample());
        } else if (event instanceof Failed failed) {
            if (monitor.answer(failed.node()) != NodeState.DOWN) {
                // What a probe has found says more than that a statement failed.
                monitor.failed(clock.getAsLong(), failed.node(), failed.state(), failed.problem());
            }
        } else {
            requested.set(false);
            for (NodeProbe node : probes) {
                node.again = node.underWay;
                begin(node);
            }
        }
    }

    private void ended(Sample sample) {
        NodeProbe node = probes.get(sample.node().index());
        node.underWay = false;
        node.late = false;
        Reading reading = sample.reading();
        if (reading != null || !listener.isSilence(sample)) {
            node.silence.heard();
        }
        if (reading == null) {
            monitor.failed(sample, listener.verdict(sample));
        } else {
            monitor.answered(sample, reading);
        }
        NodeState answer = monitor.answer(sample.node());
        boolean hopeless = answer == NodeState.DENIED || answer == NodeState.FOREIGN;
        node.notBefore = hopeless ? clock.getAsLong() + RETRY_HOPELESS.toNanos() : clock.getAsLong();
        if (node.again) {
            node.again = false;
            begin(node);
        }
    }

    private void begin(NodeProbe node) {
        long now = clock.getAsLong();
        if (node.underWay || stopped || (node.tried && now - node.notBefore < 0)) {
            return;
        }
        node.tried = true;
        node.underWay = true;
        node.since = now;
        node.silence.asked(now);
        long round = rounds.begin();
        probers.execute(() -> {
            Sample sample = node.probe.take(round);
            if (stopped) {
                node.probe.close();
            }
            events.add(new Sampled(sample));
        });
    }

    /** A first probe also loads classes, resolves names, opens stores; it gets more time. */
    private long patience(int node) {
        List<NodeStatus> statuses = monitor.view().statuses();
        if (statuses.get(node).state() != NodeState.UNKNOWN) {
            return lateNanos;
        }
        boolean anyAnswered = false;
        for (NodeStatus status : statuses) {
            anyAnswered |= status.state() != NodeState.UNKNOWN;
        }
        return Math.max(lateNanos, (anyAnswered ? FIRST_ANSWER_OF_OTHERS : FIRST_ANSWER).toNanos());
    }

    private void markLate(long now) {
        for (int i = 0; i < probes.size(); i++) {
            NodeProbe probe = probes.get(i);
            long limit = patience(i);
            if (probe.underWay && !probe.late && now - probe.since > limit) {
                probe.late = true;
                late(monitor.view().statuses().get(i), now - probe.since, limit);
            }
        }
    }

    private void markSilent(long now) {
        for (int i = 0; i < probes.size(); i++) {
            if (probes.get(i).silence.isTooLongAt(now)) {
                Node node = monitor.view().statuses().get(i).node();
                NodeState answer = monitor.answer(node);
                if (answer == NodeState.LATE || answer == NodeState.UP) {
                    monitor.failed(
                            now,
                            node,
                            NodeState.DOWN,
                            "has given no sign of life for " + nodeTimeout.toMillis() + " ms (weir.nodeTimeout)");
                }
                listener.silent(node);
            }
        }
    }

    /** What is already known to be wrong with a node says more than that a further probe takes long. */
    private void late(NodeStatus status, long waited, long limit) {
        if (status.isUp() || status.state() == NodeState.UNKNOWN || status.state() == NodeState.UNFIT) {
            String problem = "has not answered a probe for " + TimeUnit.NANOSECONDS.toMillis(waited) + " ms (limit "
                    + TimeUnit.NANOSECONDS.toMillis(limit) + " ms)";
            monitor.failed(clock.getAsLong(), status.node(), NodeState.LATE, problem);
        }
    }

    /** The verdict of a failed probe by its error alone. */
    static Monitor.Verdict verdict(Sample sample, Dialect dialect) {
        SQLException error = sample.failure();
        if (error == null) {
            return new Monitor.Verdict(NodeState.UNFIT, "gave no answer");
        }
        if (dialect.isForeign(error)) {
            return new Monitor.Verdict(
                    NodeState.FOREIGN,
                    "is not a Weir cluster: its schema WEIR cannot be read; serve the store with"
                            + " \"weir-replicator primary\" or \"weir-replicator replica\"");
        }
        return switch (dialect.failure(error)) {
            case DENIED -> new Monitor.Verdict(NodeState.DENIED, "refuses the user or password");
            case NOT_READY -> new Monitor.Verdict(NodeState.UNFIT, "takes no sessions now: " + said(error));
            case CONNECTION_LOST, READ_ONLY, UNSERVED, STATEMENT ->
                new Monitor.Verdict(NodeState.DOWN, "cannot be reached: " + said(error));
        };
    }

    private static String said(SQLException error) {
        String message = String.valueOf(error.getMessage());
        int line = message.indexOf('\n');
        return (line < 0 ? message : message.substring(0, line)) + " [" + error.getSQLState() + "]";
    }
}
