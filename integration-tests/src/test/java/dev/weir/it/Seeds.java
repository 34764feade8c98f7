package dev.weir.it;

import java.util.stream.LongStream;

/** Which random histories a run tries: {@code -Dweir.seeds=50} for so many, from {@code -Dweir.firstSeed=1} on, {@code -Dweir.seed=N} to repeat one. Thread-safe. */
public final class Seeds {
    private Seeds() {}

    /** The seeds to try, in order. */
    public static LongStream of(int byDefault) {
        Long one = Long.getLong("weir.seed");
        long first = Long.getLong("weir.firstSeed", 1);
        return one == null
                ? LongStream.range(first, first + Integer.getInteger("weir.seeds", byDefault))
                : LongStream.of(one);
    }

    /** How often to repeat a fault: {@code -Dweir.rounds=20}. */
    public static int rounds(int byDefault) {
        return Integer.getInteger("weir.rounds", byDefault);
    }
}
