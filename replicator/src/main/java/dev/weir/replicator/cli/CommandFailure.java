package dev.weir.replicator.cli;

/** A command cannot do what it was asked to, for a reason that its message tells the user. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}
