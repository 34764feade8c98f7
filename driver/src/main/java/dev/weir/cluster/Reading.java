package dev.weir.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node said of itself when probed. Immutable.
 *
 * @param role the role it claims
 * @param cluster the identity of the cluster it belongs to; empty if the database has none
 * @param epoch its epoch or timeline; 0 if it follows the primary's by construction
 * @param lsn for a primary the position of its newest commit or WAL inserted, for a replica what it has applied; -1 if none
 * @param schemaLsn for a primary that tells it, the position of its newest schema change; -1 otherwise
 * @param heldLsn for a replica the position up to which it would keep everything if it were promoted now, as far as that is known; for
 *     a primary the same of its promotion; -1 if not known
 * @param origins for a primary that was asked for them, the points at which its history began anew; null otherwise
 * @param problem why it cannot serve though it answers; null if it can
 */
record Reading(
        NodeRole role,
        String cluster,
        long epoch,
        long lsn,
        long schemaLsn,
        long heldLsn,
        @Nullable List<Origin> origins,
        @Nullable String problem) {
    Reading(NodeRole role, String cluster, long epoch, long lsn, long schemaLsn, @Nullable String problem) {
        this(role, cluster, epoch, lsn, schemaLsn, role == NodeRole.REPLICA ? lsn : -1, null, problem);
    }

    Reading with(List<Origin> told) {
        return new Reading(role, cluster, epoch, lsn, schemaLsn, heldLsn, told, problem);
    }
}
