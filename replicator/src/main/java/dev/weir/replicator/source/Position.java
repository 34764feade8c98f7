package dev.weir.replicator.source;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import java.time.Instant;
import java.util.UUID;

/**
 * A point in a cluster's history that cannot be mistaken for another: two stores with equal positions have applied the same entries. Immutable.
 *
 * @param lsn the last entry
 * @param epoch the reign under which that entry was committed
 * @param incarnation the opening of the primary's store during which it was committed
 * @param digest the digest chain after it
 * @param committedAt the primary's clock when it was committed
 */
public record Position(Lsn lsn, Epoch epoch, UUID incarnation, long digest, Instant committedAt) {}
