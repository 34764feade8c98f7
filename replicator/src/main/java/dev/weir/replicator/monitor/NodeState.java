package dev.weir.replicator.monitor;

/** What a replica is doing, as far as anybody knows. Immutable. */
public enum NodeState {
    /** It is being copied from the primary and serves no reads. */
    SEEDING,
    /** It applies entries and knows of more. */
    CATCHING_UP,
    /** It has applied what it knows of. */
    STREAMING,
    /** It should be applying entries and applies none. */
    STALLED,
    /** It differs from the primary and applies nothing more. */
    DIVERGED,
    /** It was stopped or paused in order. */
    STOPPED,
    /** Nothing has been heard of it lately. */
    UNKNOWN;

    /** The state of a name that a replica has reported; {@link #UNKNOWN} for any other. */
    static NodeState reported(String name) {
        for (NodeState state : values()) {
            if (state.name().equals(name)) {
                return state;
            }
        }
        return UNKNOWN;
    }
}
