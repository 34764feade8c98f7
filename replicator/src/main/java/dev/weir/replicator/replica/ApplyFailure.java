package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
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

    ApplyFailure(Lsn lsn, Remedy remedy, String message, @Nullable Throwable cause) {
        super("Entry " + lsn + ": " + message, cause);
        this.lsn = lsn;
        this.remedy = remedy;
    }

    Lsn lsn() {
        return lsn;
    }

    Remedy remedy() {
        return remedy;
    }
}
