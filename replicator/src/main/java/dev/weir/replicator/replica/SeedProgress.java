package dev.weir.replicator.replica;

import dev.weir.log.Lsn;
import java.time.Duration;
import java.util.Optional;

/**
 * How far the copying of a primary has got. Immutable.
 *
 * @param rows how many rows this phase has done
 * @param total how many there will be, about
 * @param elapsed since this phase began, or was taken up again
 * @param done how many of the rows were done in that time; the others before a crash
 * @param neededAfter the entry of the primary's log that the copy will go on from, or one before it
 */
public record SeedProgress(Phase phase, long rows, long total, Duration elapsed, long done, Lsn neededAfter) {
    /** What is being done. */
    public enum Phase {
        /** Rows come from the primary. */
        COPYING,
        /** Rows that have come are put into the store. */
        LOADING
    }

    /** How long this phase will take yet; empty while that cannot be told. */
    public Optional<Duration> left() {
        if (done < 1 || elapsed.toMillis() < 1) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis((long) ((double) Math.max(0, total - rows) / done * elapsed.toMillis())));
    }

    @Override
    public String toString() {
        return phase + " row " + rows + " of about " + total + ", "
                + left().map(time -> "about " + time.toSeconds() + " s left").orElse("time left unknown");
    }
}
