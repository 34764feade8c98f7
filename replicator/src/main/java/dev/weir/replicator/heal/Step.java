package dev.weir.replicator.heal;

import java.time.Instant;

/**
 * Something that was done about a replica. Immutable.
 *
 * @param id unique within one run of a healer
 * @param at when it was begun, by the healer's clock
 * @param replica whom it was done to
 * @param cause what was wrong
 * @param rung what was done about it
 * @param outcome what came of it
 * @param effect the same in words
 */
public record Step(long id, Instant at, String replica, String cause, Rung rung, Outcome outcome, String effect) {
    /** What came of a step. Immutable. */
    public enum Outcome {
        /** It is not known yet. */
        PENDING,
        /** The replica was sound afterwards. */
        HEALED,
        /** It was not, in the time that was given. */
        FAILED,
        /** Nothing was done, because nothing may be done by itself or only shown. */
        SKIPPED
    }

    Step with(Outcome next, String words) {
        return new Step(id, at, replica, cause, rung, next, words);
    }
}
