package dev.weir.it.app;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What the replicas of a cluster themselves tell, past Weir. Thread-safe. */
interface Witness extends AutoCloseable {
    /** Every statement that the application's user has sent to a replica since this was made, Weir's own probes left out. */
    List<Seen> seen() throws SQLException;

    /** Waits until every replica has applied all that the primary has committed. */
    void awaitCaughtUp(Duration limit) throws SQLException;

    /** How the replicas' contents differ from the primary's; empty if they do not. */
    List<String> differences() throws SQLException;

    @Override
    void close() throws SQLException;
}
