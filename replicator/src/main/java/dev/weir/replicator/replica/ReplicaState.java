package dev.weir.replicator.replica;

/** What a replica is doing. Immutable. */
public enum ReplicaState {
    /** It is being copied from the primary and serves no reads. */
    SEEDING,
    /** It applies entries and knows of more. */
    CATCHING_UP,
    /** It has applied every entry that it knows of. */
    STREAMING,
    /** Something stands in the way, such as an unreachable primary or a lock; it tries again by itself. What it holds is right but grows old. */
    STALLED,
    /** It differs from the primary, or would; it serves no reads and applies nothing more. */
    DIVERGED,
    /** It has been closed. */
    STOPPED
}
