package dev.weir.it.postgres;

import java.util.List;

/** What the servers of one cluster run in. Confined to one thread. */
interface PostgresHost extends AutoCloseable {
    /** The nodes, not started yet, the primary first. */
    List<PostgresNode> nodes();

    /** Removes what the servers shared; the servers are ended before. */
    @Override
    void close();
}
