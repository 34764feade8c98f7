package dev.weir.log;

import java.sql.SQLException;

/** Starts embedded clusters; weir-replicator provides one through {@link java.util.ServiceLoader}. */
public interface EmbeddedReplicationProvider {
    /**
     * Opens the store, making it a Weir primary if it is not one yet, seeds replicas that are missing, and starts shipping.
     * A cluster that already runs in this JVM for the same store is shared. Blocks until the primary is open and every
     * replica that can be seeded has been.
     *
     * @param url the primary's own URL, such as {@code jdbc:h2:./shop}, with H2 settings but without Weir's
     * @param user the user who opens the store; must be an H2 administrator
     * @param password its password, possibly empty; never logged
     * @param replicas how many replicas to run, 0 or more
     * @throws SQLException 28000 for wrong credentials, 42501 if the user is no administrator, 08001 if the store cannot be opened
     */
    EmbeddedReplication start(String url, String user, String password, int replicas) throws SQLException;
}
