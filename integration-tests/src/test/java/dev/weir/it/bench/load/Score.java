package dev.weir.it.bench.load;

/** What clients have done. Immutable. */
public record Score(long reads, long writes, long missedOwn, long missedOthers, long failures) {
    public static final Score NONE = new Score(0, 0, 0, 0, 0);

    Score read(Missed missed) {
        return new Score(
                reads + 1,
                writes,
                missedOwn + (missed == Missed.OWN ? 1 : 0),
                missedOthers + (missed == Missed.OTHERS ? 1 : 0),
                failures);
    }

    Score written() {
        return new Score(reads, writes + 1, missedOwn, missedOthers, failures);
    }

    Score failed() {
        return new Score(reads, writes, missedOwn, missedOthers, failures + 1);
    }

    Score plus(Score other) {
        return new Score(
                reads + other.reads,
                writes + other.writes,
                missedOwn + other.missedOwn,
                missedOthers + other.missedOthers,
                failures + other.failures);
    }

    Score minus(Score earlier) {
        return new Score(
                reads - earlier.reads,
                writes - earlier.writes,
                missedOwn - earlier.missedOwn,
                missedOthers - earlier.missedOthers,
                failures - earlier.failures);
    }

    long operations() {
        return reads + writes;
    }

    long attempts() {
        return operations() + failures;
    }
}
