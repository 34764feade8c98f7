package dev.weir.cluster;

import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The statements under way that have a query timeout. The target driver keeps it with the node's help; where the node does not help,
 * the connection is broken off. Thread-safe.
 */
final class Deadlines {
    /** What the target's own way of ending a statement gets on top, while its node answers probes. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Map<Connection, Deadline> running = new ConcurrentHashMap<>();

    private record Deadline(Node node, long nanos) {}

    /** Something that breaks a connection off. */
    interface Cutter {
        void cut(Node node, Connection lent);
    }

    void begin(Node node, Connection lent, long deadlineNanos) {
        running.put(lent, new Deadline(node, deadlineNanos));
    }

    void end(Connection lent) {
        running.remove(lent);
    }

    /** Breaks off what has passed its deadline. */
    void enforce(long now, ClusterView view, Cutter cutter) {
        if (running.isEmpty()) {
            return;
        }
        running.forEach((lent, deadline) -> {
            long grace = view.status(deadline.node).isUp() ? GRACE_NANOS : 0;
            if (now - deadline.nanos > grace && running.remove(lent, deadline)) {
                cutter.cut(deadline.node, lent);
            }
        });
    }
}
