package dev.weir.cluster;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** The SQLSTATEs of what goes wrong with nodes, in one place. */
final class Errors {
    private Errors() {}

    /** No connection now, but perhaps later or to another node: SQLSTATE 08001. */
    static SQLException unreachable(String message, @Nullable Throwable cause) {
        return new SQLTransientConnectionException(message, "08001", cause);
    }

    /** A node that was there has gone away, and will be back or be replaced: SQLSTATE 08006. */
    static SQLException gone(String message, @Nullable Throwable cause) {
        return new SQLTransientConnectionException(message, "08006", cause);
    }

    /** No connection until somebody changes something: SQLSTATE 08001. */
    static SQLException unusable(String message, @Nullable Throwable cause) {
        return new SQLNonTransientConnectionException(message, "08001", cause);
    }

    /** The statement that asked for a connection waits no longer: SQLSTATE 57014. Nothing was sent. */
    static SQLException timedOut(String message) {
        return new SQLTimeoutException(message, "57014");
    }

    /** Wrong user or password: SQLSTATE 28000. */
    static SQLException denied(String message, @Nullable Throwable cause) {
        return new SQLInvalidAuthorizationSpecException(message, "28000", cause);
    }
}
