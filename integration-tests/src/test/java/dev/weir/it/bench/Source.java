package dev.weir.it.bench;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Where a subject gives out its connections. Thread-safe.
 *
 * @param end closes what the connections came from
 */
public record Source(Opener opener, Runnable end) {
    public Connection connection() throws SQLException {
        return opener.open();
    }

    /** Opens a connection. */
    public interface Opener {
        Connection open() throws SQLException;
    }
}
