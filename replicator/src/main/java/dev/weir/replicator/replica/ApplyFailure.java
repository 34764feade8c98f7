package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import dev.weir.replicator.source.Divergence;
import org.jspecify.annotations.Nullable;

/** An entry could not be applied; nothing of it has been. */
final class ApplyFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What can be done about it. */
    enum Remedy {
        /** It may work later: a lock, a full disk. */
        RETRY,
        /** The replica's store must be opened anew. */
        REOPEN,
        /** The replica's history is not the primary's; a new copy mends it. */
        RESEED,
        /** The replica would differ from its primary; a person must look. */
        NONE
    }

    private final transient Lsn lsn;
    private final Remedy remedy;
    private final transient @Nullable Divergence divergence;

    ApplyFailure(Lsn lsn, Remedy remedy, String message, @Nullable Throwable cause) {
        this(lsn, remedy, message, cause, null);
    }

    private ApplyFailure(
            Lsn lsn, Remedy remedy, String message, @Nullable Throwable cause, @Nullable Divergence divergence) {
        super("Entry " + lsn + ": " + message, cause);
        this.lsn = lsn;
        this.remedy = remedy;
        this.divergence = divergence;
    }

    /** A change does not fit the replica's rows; the message says where, and no value. */
    static ApplyFailure diverged(Divergence divergence, String found, @Nullable Throwable cause) {
        String key =
                divergence.keyColumns().isEmpty() ? "" : " (key " + String.join(", ", divergence.keyColumns()) + ")";
        return new ApplyFailure(
                divergence.lsn(),
                Remedy.NONE,
                divergence.change() + " on " + divergence.name() + key + " " + found
                        + ": the replica differs from it. WEIR.DIVERGENCE of the primary tells its administrators the row, what was expected and what was found",
                cause,
                divergence);
    }

    /** What an administrator may know of it; null if it concerns no rows. */
    @Nullable Divergence divergence() {
        return divergence;
    }

    Lsn lsn() {
        return lsn;
    }

    Remedy remedy() {
        return remedy;
    }
}
