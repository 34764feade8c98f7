package dev.weir.cluster;

import java.util.Map;

/** A node's figures, read when they are asked for. Thread-safe. */
final class NodeSnapshot implements NodeFigures {
    private final NodeStatus status;
    private final Node node;

    NodeSnapshot(NodeStatus status) {
        this.status = status;
        this.node = status.node();
    }

    @Override
    public String getName() {
        return node.name();
    }

    @Override
    public String getRole() {
        return status.role().name();
    }

    @Override
    public String getState() {
        return status.state().name();
    }

    @Override
    public String getBreaker() {
        return node.breakerState().name();
    }

    @Override
    public long getReads() {
        return node.reads();
    }

    @Override
    public long getWrites() {
        return node.writes();
    }

    @Override
    public long getInFlight() {
        return node.inFlight();
    }

    @Override
    public long getFailures() {
        return node.failures();
    }

    @Override
    public long getUnserved() {
        return node.unservedReads();
    }

    @Override
    public int getCuts() {
        return node.cuts();
    }

    @Override
    public Map<String, Long> getReasons() {
        return node.reasons();
    }

    @Override
    public Map<String, Long> getReadTimes() {
        return ClusterFigures.table(node.readTimes());
    }

    @Override
    public Map<String, Long> getWriteTimes() {
        return ClusterFigures.table(node.writeTimes());
    }
}
