package dev.weir.capture;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens another session on the same primary as the same user, for what must be committed while a transaction is open. Thread-safe. */
@FunctionalInterface
public interface AnotherSession {
    /** A connection in auto-commit, which whoever asked closes. */
    Connection open() throws SQLException;
}
