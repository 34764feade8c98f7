package dev.weir.it.simulation;

/** A promise of replication that a simulated history has broken. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
