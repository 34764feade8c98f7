package dev.weir.log;

import java.sql.SQLException;
import java.util.List;

/**
 * A running H2 cluster inside this JVM: an embedded primary, its replicas, and the replication between them.
 * Thread-safe.
 */
public interface EmbeddedReplication extends AutoCloseable {
    /** The nodes, the primary first; the list does not change while this is open. */
    List<EmbeddedNode> nodes();

    /**
     * The exact position whose data a reader of the node sees now; never blocks.
     *
     * @param node an index into {@link #nodes()}; for the primary the position of its newest commit that the replicator has seen
     * @return the applied LSN, or -1 if the node serves no reads (being seeded, stalled past use, diverged, stopped)
     */
    long appliedLsn(int node);

    /**
     * A position that no reader of a replica has seen more than; ahead of its applied position while a commit is under way. Never blocks.
     *
     * @param replica an index into {@link #nodes()}, from 1
     * @return -1 if the replica serves no reads
     */
    long showingLsn(int replica);

    /**
     * Announces that the primary has committed up to this LSN, so that shipping starts at once rather than at the next poll.
     * Never blocks.
     */
    void committed(long lsn);

    /** Commits on connections to the primary that cost less than SQL. */
    DirectCommits directCommits();

    /** Whether the stores are being closed, or have been, because the JVM ends. */
    boolean isEnding();

    /** Gives up this user's share; the last share stops replication and closes the stores. Blocks until they are closed. */
    @Override
    void close() throws SQLException;

    /** A store of the cluster and how to reach it with the application's own credentials. */
    record EmbeddedNode(String name, String url, boolean primary) {}
}
