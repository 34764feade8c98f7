package dev.weir.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is known of the history of a cluster's primaries. Immutable; a new one for each break. Those of several monitors of one JVM tell
 * the same breaks in the same order, but each tells of a promotion that its own monitor has seen what that one knows to be kept.
 *
 * @param epoch that of the newest primary; 0 if there was none
 * @param origins what the primaries have told
 * @param breaks what this JVM has lived through, in order
 */
public record Lineage(long epoch, List<Origin> origins, List<Break> breaks) {
    /** That of a cluster of which nothing is known yet. */
    public static final Lineage NONE = new Lineage(0, List.of(), List.of());

    public Lineage {
        origins = List.copyOf(origins);
        breaks = List.copyOf(breaks);
    }

    /** What has happened since an older lineage of the same cluster. */
    public List<Break> breaksAfter(Lineage older) {
        return breaks.subList(Math.min(older.breaks.size(), breaks.size()), breaks.size());
    }

    /** Those among a primary's origins that are not known yet. */
    List<Origin> unknownOf(List<Origin> told) {
        List<Origin> unknown = new ArrayList<>();
        for (Origin origin : told) {
            if (!origins.contains(origin)) {
                unknown.add(origin);
            }
        }
        return unknown;
    }

    Lineage with(long newEpoch, List<Origin> told) {
        List<Origin> all = new ArrayList<>(origins);
        all.addAll(unknownOf(told));
        return new Lineage(newEpoch, all, breaks);
    }

    Lineage with(Break happened) {
        List<Break> all = new ArrayList<>(breaks);
        all.add(happened);
        return new Lineage(happened.epoch(), origins, all);
    }

    /** Whether the next that a longer lineage of the same cluster tells is that this lineage's epoch became another. */
    boolean isContinuedBy(Lineage longer, long newEpoch) {
        if (breaks.size() >= longer.breaks.size()) {
            return false;
        }
        Break next = longer.breaks.get(breaks.size());
        return next.epochBefore() == epoch && next.epoch() == newEpoch && epoch != newEpoch;
    }

    /** This one, with what a longer lineage of the same cluster tells beyond it; this very one if that is nothing. */
    Lineage continuedBy(Lineage longer) {
        List<Break> further = longer.breaksAfter(this);
        if (further.isEmpty() && longer.epoch == epoch && longer.origins.equals(origins)) {
            return this;
        }
        List<Break> all = new ArrayList<>(breaks);
        all.addAll(further);
        return new Lineage(longer.epoch, longer.origins, all);
    }

    /** The last position of a former epoch that is known to live on; empty if nothing is known of that. */
    public OptionalLong keptOf(long former) {
        OptionalLong told = origins.stream()
                .filter(origin -> origin.epochBefore() == former && former < epoch)
                .mapToLong(Origin::lsn)
                .min();
        if (told.isPresent()) {
            return told;
        }
        return breaks.stream()
                .filter(happened ->
                        happened.epochBefore() == former && happened.epoch() > former && happened.keptLsn() >= 0)
                .mapToLong(Break::keptLsn)
                .min();
    }
}
