package dev.weir.cluster;

import org.jspecify.annotations.Nullable;

/**
 * What a node said of itself when probed. Immutable.
 *
 * @param role the role it claims
 * @param cluster the identity of the cluster it belongs to; empty if the database has none
 * @param epoch its epoch or timeline; 0 if it follows the primary's by construction
 * @param lsn for a primary the position of its newest commit or WAL inserted, for a replica what it has applied; -1 if none
 * @param schemaLsn for a primary that tells it, the position of its newest schema change; -1 otherwise
 * @param problem why it cannot serve though it answers; null if it can
 */
record Reading(
        NodeRole role,
        String cluster,
        long epoch,
        long lsn,
        long schemaLsn,
        @Nullable String problem) {}
