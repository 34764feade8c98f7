package dev.weir.replicator.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** A command cannot do what it was asked to, for a reason that its message tells the user. */
final class CommandFailure extends Exception {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private static final long serialVersionUID = 1L;

    private final int status;

    CommandFailure(String message) {
        this(message, FAILED);
    }

    private CommandFailure(String message, int status) {
        super(message);
        this.status = status;
    }

    /** The command line, or what stands in for it, is wrong. */
    static CommandFailure ofUsage(String message) {
        return new CommandFailure(message, WRONG_USAGE);
    }

    /** Why a file could not be used, in words; the messages of most exceptions are but its name. */
    static String reason(@Nullable Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        return e instanceof AccessDeniedException
                ? "access is denied"
                : e == null ? "unknown" : String.valueOf(e.getMessage());
    }

    /** The command's exit status. */
    int status() {
        return status;
    }
}
