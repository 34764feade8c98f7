package dev.weir.routing;

/**
 * The position that a session has seen: whoever presents it sees at least that. Immutable.
 *
 * @param epoch the epoch or timeline of the position, at least 1
 * @param lsn the position, not negative
 */
record CausalToken(long epoch, long lsn) {
    CausalToken {
        if (epoch < 1 || lsn < 0) {
            throw new IllegalArgumentException("Epoch " + epoch + " and LSN " + lsn + " make no token");
        }
    }
}
