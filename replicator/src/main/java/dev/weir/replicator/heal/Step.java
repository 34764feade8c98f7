package dev.weir.replicator.heal;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that was done about a replica. Immutable.
 *
 * @param at when it was begun, by the healer's clock
 * @param replica whom it was done to
 * @param cause what was wrong
 * @param rung what was done about it
 * @param outcome what came of it
 * @param effect the same in words
 */
public record Step(UUID id, Instant at, String replica, String cause, Rung rung, Outcome outcome, String effect) {
    /** What came of a step. Immutable. */
    public enum Outcome {
        /** It is not known yet. */
        PENDING,
        /** The replica was sound afterwards. */
        HEALED,
        /** It was not, in the time that was given. */
        FAILED,
        /** It was only shown, because nothing is to be done by itself. */
        SHOWN
    }

    Step with(Outcome next, String words) {
        return new Step(id, at, replica, cause, rung, next, words);
    }
}
