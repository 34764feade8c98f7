package dev.weir.replicator.monitor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/** When a log ended where, in the past hour, from which follows how old at most is what a position lacks. Bounded. Confined to one thread. */
final class Timeline {
    private static final int MOST = 3_600;

    /** A position that the log had at that time, and no longer when the next one was seen. */
    private record Mark(long nanos, long lsn) {}

    private final Deque<Mark> marks = new ArrayDeque<>();

    void add(long nanos, long lsn) {
        Mark last = marks.peekLast();
        if (last != null && last.lsn() == lsn) {
            // As long as the log does not grow, its end is known to be new.
            marks.removeLast();
        } else if (last != null && lsn < last.lsn()) {
            marks.clear();
        }
        marks.addLast(new Mark(nanos, lsn));
        if (marks.size() > MOST) {
            marks.removeFirst();
        }
    }

    /** The age, at most, of the oldest of what follows a position; zero if nothing does, empty if the log had grown past it before it was watched. */
    Optional<Duration> ageOfWhatFollows(long lsn, long nanos) {
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
                return Optional.of(Duration.ofNanos(nanos - mark.nanos()));
            }
        }
        return Optional.empty();
    }
}
