package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/** When a log ended where, in the past hour, from which follows how old at most is what a position lacks. Bounded. Confined to one thread. */
final class Timeline {
    private static final int MOST = 3_600;

    /** An end of the log, and when it was seen first and last. */
    private record Mark(long firstNanos, long lastNanos, long lsn) {}

    private final Deque<Mark> marks = new ArrayDeque<>();

    void add(long nanos, long lsn) {
        Mark last = marks.peekLast();
        long first = nanos;
        if (last != null && last.lsn() == lsn) {
            first = last.firstNanos();
            marks.removeLast();
        } else if (last != null && lsn < last.lsn()) {
            marks.clear();
        }
        marks.addLast(new Mark(first, nanos, lsn));
        if (marks.size() > MOST) {
            marks.removeFirst();
        }
    }

    /** The age, at most, of the oldest of what follows a position; zero if nothing does, empty if the log had grown past it before it was watched. */
    Optional<Duration> mostAgeAfter(long lsn, long nanos) {
        Mark last = marks.peekLast();
        if (last == null) {
            return Optional.empty();
        }
        if (lsn >= last.lsn()) {
            return Optional.of(Duration.ZERO);
        }
        for (Iterator<Mark> newestFirst = marks.descendingIterator(); newestFirst.hasNext(); ) {
            Mark mark = newestFirst.next();
            if (mark.lsn() <= lsn) {
                return Optional.of(Duration.ofNanos(nanos - mark.lastNanos()));
            }
        }
        return Optional.empty();
    }

    /** The age, at least, of the oldest of what follows a position. */
    Duration leastAgeAfter(long lsn, long nanos) {
        for (Mark mark : marks) {
            if (mark.lsn() > lsn) {
                return Duration.ofNanos(nanos - mark.firstNanos());
            }
        }
        return Duration.ZERO;
    }

    /** An age that somebody's clock tells, corrected by what has been seen; the same if nothing speaks against it. */
    Duration corrected(Duration told, long lsn, long nanos) {
        Duration least = leastAgeAfter(lsn, nanos);
        Duration most = mostAgeAfter(lsn, nanos).orElse(told);
        if (told.compareTo(most) > 0) {
            return most;
        }
        return told.compareTo(least) < 0 ? least : told;
    }
}
