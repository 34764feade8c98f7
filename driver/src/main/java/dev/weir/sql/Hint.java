package dev.weir.sql;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The directive of a leading {@code /* weir: ... *}{@code /} comment. Immutable.
 *
 * @param target the level or node role asked for; null if the hint only bounds staleness or names a token
 * @param maxStaleness the bound of {@code max-staleness=}; null if absent
 * @param after the causal token of {@code after=}; null if absent
 */
public record Hint(
        @Nullable Target target,
        @Nullable Duration maxStaleness,
        @Nullable String after) {
    /** What a hint may ask for by one word. */
    public enum Target {
        STRONG,
        SESSION,
        EVENTUAL,
        PRIMARY,
        REPLICA
    }
}
