package dev.weir.cluster;

/**
 * A point at which the primary's history began anew, so that what somebody had seen of the former one may be lost. Immutable.
 *
 * @param epochBefore the epoch or timeline before it
 * @param epoch the one after it; the same when an H2 primary has come back without its newest commits
 * @param keptLsn positions of the former epoch up to this one are known to live on; -1 if none is
 * @param keptRound what was seen of the primary before the probe of this number began is known to live on; -1 if nothing is
 */
public record Break(long epochBefore, long epoch, long keptLsn, long keptRound) {
    @Override
    public String toString() {
        String change = epoch == epochBefore ? "epoch " + epoch + " was opened anew" : epochBefore + " became " + epoch;
        return change + ", keeping what is up to position " + keptLsn;
    }
}
