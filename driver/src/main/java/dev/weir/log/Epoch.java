package dev.weir.log;

/**
 * The reign of one primary: raised by each promotion, so that a position or a commit of a deposed primary is recognised.
 * On PostgreSQL it is the timeline. Immutable.
 *
 * @param number at least 1
 */
public record Epoch(long number) implements Comparable<Epoch> {
    public static final Epoch FIRST = new Epoch(1);

    public Epoch {
        if (number < 1) {
            throw new IllegalArgumentException("Epoch " + number + " is not positive");
        }
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
