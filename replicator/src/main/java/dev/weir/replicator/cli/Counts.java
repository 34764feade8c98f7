package dev.weir.replicator.cli;

/** Numbers of things in words. Pure. */
final class Counts {
    private Counts() {}

    /** {@code 1 row}, {@code 2 rows}. */
    static String of(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    static String rows(long number) {
        return of(number, "row");
    }
}
