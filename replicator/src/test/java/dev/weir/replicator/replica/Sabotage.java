package dev.weir.replicator.replica;

import java.sql.Connection;
import java.sql.SQLException;

/** Access to replicas that nobody should have: that of their appliers. Pure. */
public final class Sabotage {
    private Sabotage() {}

    /** A session that may change the replica's data. */
    public static Connection open(ReplicaSite site) throws SQLException {
        return ApplierAccount.find(site).orElseThrow().open(site);
    }
}
