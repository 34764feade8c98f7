package dev.weir.log;

/** How far a log entry has got on the primary. Immutable; the names are stored in the column STATE of WEIR.LOG. */
public enum EntryState {
    /** Committed together with what it describes. */
    DONE,
    /** A schema change that has been announced and may or may not have run; a reader stops in front of it. */
    PENDING,
    /** A schema change that was announced and did not run; its LSN and digest count, its body does not. */
    CANCELLED
}
