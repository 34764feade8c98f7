package dev.weir.log;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * One entry of the log: a committed transaction or a schema change. Immutable; its body may hold a file until it is closed.
 *
 * @param lsn its position; entries have consecutive LSNs, and LSN order is commit order
 * @param epoch the reign under which it was committed
 * @param incarnation the opening of the primary's store during which it was committed
 * @param origin the name of the node where it was first committed
 * @param committedAt the clock of the JVM that committed it, taken just before
 * @param chain the digest chain after this entry, which must equal {@link Digest#next} of the chain before and {@link #hash()}
 */
public record LogTransaction(
        Lsn lsn,
        Epoch epoch,
        UUID incarnation,
        String origin,
        Instant committedAt,
        EntryKind kind,
        EntryState state,
        long chain,
        LogBody body) {
    /** The entry's own hash, over kind and body. */
    public long hash() {
        return body.hash(kind);
    }

    /** The changes in order, all decoded anew at each call; for what may be large, {@link LogBody#reader} gives them one by one. */
    public List<LoggedStatement> statements() {
        return BodyReader.readAll(body.reader());
    }
}
