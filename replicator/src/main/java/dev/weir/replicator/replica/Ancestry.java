package dev.weir.replicator.replica;

import static dev.weir.replicator.replica.PrimaryLost.ask;

import dev.weir.replicator.source.Lineage;
import dev.weir.replicator.source.LogSource;
import dev.weir.replicator.source.Position;
import java.sql.SQLException;

/** Whether what a replica holds is part of its primary's history. Pure. */
final class Ancestry {
    private Ancestry() {}

    /**
     * Makes sure that it is.
     *
     * @throws PrimaryLost if this is the primary of another cluster
     * @throws ApplyFailure if the primary's log does not go on from where the replica is
     */
    static void require(ReplicaSite site, LogSource connected, ReplicaStore opened) throws PrimaryLost, ApplyFailure {
        if (!connected.cluster().equals(opened.cluster())) {
            throw new PrimaryLost(new SQLException(
                    "the primary belongs to cluster " + connected.cluster() + " and replica " + site.name()
                            + " to cluster " + opened.cluster()
                            + "; name the right primary, or move the replica's store away",
                    "08001"));
        }
        Position position = opened.applied();
        Lineage lineage = ask(() -> connected.lineage(position));
        if (lineage != Lineage.CONTINUES) {
            throw new ApplyFailure(
                    position.lsn(),
                    ApplyFailure.Remedy.RESEED,
                    switch (lineage) {
                        case AHEAD -> "the primary's log ends before it: the primary has lost what the replica holds";
                        case FORKED -> "the primary's log holds another entry at this LSN";
                        case PRUNED -> "the primary's log no longer reaches back to it";
                        case CONTINUES -> "";
                    },
                    null);
        }
    }
}
