package dev.weir.log;

/**
 * A position in a cluster's log: on H2 the number of a committed transaction, on PostgreSQL a WAL byte position.
 * Immutable; ordered by position. Positions of different epochs or clusters do not compare.
 *
 * @param value the position, not negative; 0 precedes every entry
 */
public record Lsn(long value) implements Comparable<Lsn> {
    public static final Lsn ZERO = new Lsn(0);

    public Lsn {
        if (value < 0) {
            throw new IllegalArgumentException("LSN " + value + " is negative");
        }
    }

    public Lsn next() {
        return new Lsn(value + 1);
    }

    public boolean isAtLeast(Lsn other) {
        return value >= other.value;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
