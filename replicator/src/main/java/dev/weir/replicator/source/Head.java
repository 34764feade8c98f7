package dev.weir.replicator.source;

import dev.weir.log.Epoch;
import dev.weir.log.Lsn;
import java.time.Instant;

/**
 * The end of a primary's log. Immutable.
 *
 * @param lsn the newest committed entry
 * @param epoch the primary's reign
 * @param schemaLsn the newest schema change
 * @param now the primary's clock when this was read
 */
public record Head(Lsn lsn, Epoch epoch, Lsn schemaLsn, Instant now) {}
