package dev.weir.cluster;

/** Whether a node may serve, and if not, why. */
public enum NodeState {
    /** Not probed yet. */
    UNKNOWN("has not been probed yet"),
    /** Answered its last probe in time. */
    UP("is up"),
    /** A probe has gone unanswered for too long. */
    LATE("does not answer"),
    /** Cannot be reached, or its connection broke. */
    DOWN("cannot be reached"),
    /** Refuses the user or password. */
    DENIED("refuses the user or password"),
    /** Answers, but is no node of this cluster. */
    FOREIGN("is not a node of this cluster"),
    /** Belongs to an older epoch or timeline than the cluster's newest, or claims the primary's role beside another. */
    FENCED("belongs to an older epoch"),
    /** A replica that cannot serve reads now: being seeded, stalled, diverged. */
    UNFIT("cannot serve reads now");

    private final String phrase;

    NodeState(String phrase) {
        this.phrase = phrase;
    }

    /** Whether nothing can be expected of the node before a probe of it succeeds. A late one may only be slow. */
    boolean isOut() {
        return switch (this) {
            case DOWN, DENIED, FOREIGN, FENCED -> true;
            case UNKNOWN, UP, LATE, UNFIT -> false;
        };
    }

    /** A predicate for messages, such as "cannot be reached". */
    public String phrase() {
        return phrase;
    }
}
