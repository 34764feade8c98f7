package dev.weir;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/** The errors of a connection that is refused for what was asked rather than for what the servers did. */
final class Refusal {
    private static final String CANNOT_CONNECT = "08001";

    private Refusal() {}

    /** A refused connection: SQLSTATE 08001. The message must hold no credentials. */
    static SQLException connect(String message) {
        return new SQLNonTransientConnectionException(message, CANNOT_CONNECT);
    }

    static SQLException connect(String message, Throwable cause) {
        return new SQLNonTransientConnectionException(message, CANNOT_CONNECT, cause);
    }
}
