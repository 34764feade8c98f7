package dev.weir.cluster;

import dev.weir.log.EmbeddedReplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that serve one database to one user: their pools, the monitor that probes them, and its newest view. Shared by all
 * logical connections of the JVM with equal settings. Thread-safe.
 */
public abstract class Cluster implements AutoCloseable {
    Cluster() {}

    public abstract ClusterSettings settings();

    /** The nodes; the list does not change. */
    public abstract List<Node> nodes();

    /** The newest view: one volatile read. */
    public abstract ClusterView view();

    /**
     * The number of the newest probe that had begun when this was called, on any node of any cluster of the JVM. A sample with a
     * greater number was taken later than this call, so it covers whatever was acknowledged before. One volatile read.
     */
    public abstract long round();

    /**
     * Waits until every node has answered its first probe or has had its time for it. Returns at once when that is long past.
     *
     * @throws SQLException 28000 if the nodes refuse the user or password; 08001 if no node can be used, naming each node and why
     */
    public abstract void awaitReady() throws SQLException;

    /**
     * A physical connection to the node from its pool; closing it gives it back. Waits for a free one up to the pool timeout.
     *
     * @param life the {@link NodeStatus#life} of the node in the view by which it was chosen
     * @throws SQLException 08001 if the node cannot be reached or has restarted since that view, 28000 if it refuses the user
     */
    public abstract Connection borrow(Node node, long life) throws SQLException;

    /**
     * Gives up a borrowed connection for good: it is closed physically and never lent again, since it is broken or holds session
     * state that cannot be undone. Use instead of closing it; may be called from any thread, and reports no error.
     */
    public abstract void discard(Node node, Connection connection);

    /** What an error of the target driver says about the node. */
    public abstract Failure failure(SQLException error);

    /** Counts a failure and, if it says that the node is gone, takes it out of rotation until its next good probe. Never blocks. */
    public abstract void reportFailure(Node node, SQLException failure);

    /** Asks for a round of probes at once; calls while one is due are merged. Never blocks. */
    public abstract void probeNow();

    /**
     * Waits until the primary and a replica have been sampled by probes that began after this call.
     *
     * @return the newest view, whether or not that happened in time
     */
    public abstract ClusterView awaitSamples(Duration timeout) throws InterruptedException;

    /**
     * The position of the primary's newest visible commit, read in memory without a network round trip.
     *
     * @return -1 unless this cluster is embedded
     * @throws SQLException 08006 if the primary's store fails
     */
    public abstract long exactPrimaryLsn() throws SQLException;

    /** The replication inside this JVM; null unless this cluster is embedded. */
    public abstract @Nullable EmbeddedReplication replication();

    /** Gives up one user's share. The last one leaves the cluster idle, and it closes by itself after the idle timeout. */
    @Override
    public abstract void close();

    /** Gives up one user's share; if it is the last one, closes pools and monitor before it returns. */
    public abstract void closeNow();
}
