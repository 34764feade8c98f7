package dev.weir.replicator.cli;

import java.sql.SQLException;
import org.h2.api.ErrorCode;

/** What databases report, in words that say what to do where theirs do not. Pure. */
final class Reasons {
    private Reasons() {}

    static String of(SQLException failure) {
        return of(String.valueOf(failure.getMessage()), failure.getErrorCode());
    }

    /** @param code H2's own, or any other database's */
    static String of(String message, int code) {
        return switch (code) {
            case ErrorCode.DATABASE_ALREADY_OPEN_1 ->
                "The store is open in another process; end that one, name another store, or reach it through its server. "
                        + message;
            case ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1 ->
                "There is no such database; look at the URL, and whether its server runs. " + message;
            case ErrorCode.WRONG_USER_OR_PASSWORD ->
                "The user or the password is wrong, or the server has no database of this name; look at the URL, give --user, and WEIR_PASSWORD, --password-file or --ask-password. "
                        + message;
            case ErrorCode.CONNECTION_BROKEN_1 ->
                "The server cannot be reached; look at the URL, and whether it runs. " + message;
            default -> message;
        };
    }
}
