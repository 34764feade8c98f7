package dev.weir.replicator.monitor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/** How fast a position moves, over the last ten seconds. Confined to one thread. */
final class Pace {
    private static final double NANOS = 1e9;
    private static final long WINDOW = 10_000_000_000L;
    private static final long LEAST = 900_000_000L;

    private record Mark(long nanos, long position) {}

    private final Deque<Mark> marks = new ArrayDeque<>();
    private long movedAt;

    void add(long nanos, long position) {
        Mark last = marks.peekLast();
        if (last == null || last.position() != position) {
            movedAt = nanos;
        }
        if (last != null && position < last.position()) {
            marks.clear();
        }
        marks.addLast(new Mark(nanos, position));
        while (marks.size() > 2 && nanos - marks.getFirst().nanos() > WINDOW) {
            marks.removeFirst();
        }
    }

    /** Positions in a second; empty until it has been watched for a second. */
    OptionalDouble perSecond() {
        if (marks.size() < 2) {
            return OptionalDouble.empty();
        }
        Mark first = marks.getFirst();
        Mark last = marks.getLast();
        long nanos = last.nanos() - first.nanos();
        return nanos < LEAST
                ? OptionalDouble.empty()
                : OptionalDouble.of((last.position() - first.position()) * NANOS / nanos);
    }

    /** For how long it has not moved, in nanoseconds. */
    long stillFor(long nanos) {
        return marks.isEmpty() ? 0 : nanos - movedAt;
    }
}
