package dev.weir.replicator.cli;

/** What standard output is connected to. */
final class Terminal {
    private Terminal() {}

    /** Whether people read standard output on a screen that understands escapes. */
    // Newer JDKs always give a console; then the escapes go to whatever standard output is, so TERM must be set too.
    @SuppressWarnings("SystemConsoleNull")
    static boolean isAttached() {
        return System.console() != null
                && System.getenv("TERM") != null
                && !"dumb".equals(System.getenv("TERM"))
                && System.getenv("NO_COLOR") == null;
    }
}
