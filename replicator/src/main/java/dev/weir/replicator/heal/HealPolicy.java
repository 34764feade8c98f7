package dev.weir.replicator.heal;

import java.time.Duration;

/**
 * How eager a healer is. Immutable.
 *
 * @param patience how long something must be wrong before anything is done, since a replica tries by itself first
 * @param coolDown how long a step is given before the next one
 * @param copyTime how long a copy of the primary is given
 * @param budget how many steps a replica gets within the window; then it is left to a person
 * @param window over which steps are counted
 * @param dryRun whether steps are only shown
 */
public record HealPolicy(
        Duration patience, Duration coolDown, Duration copyTime, int budget, Duration window, boolean dryRun) {
    public static final HealPolicy DEFAULT = new HealPolicy(
            Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofHours(6), 6, Duration.ofHours(1), false);

    /** The same, with steps only shown, or done. */
    public HealPolicy withDryRun(boolean only) {
        return new HealPolicy(patience, coolDown, copyTime, budget, window, only);
    }
}
