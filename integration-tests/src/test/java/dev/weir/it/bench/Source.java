package dev.weir.it.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a subject gives out its connections. Thread-safe. */
interface Source extends AutoCloseable {
    Connection connection() throws SQLException;

    @Override
    void close() throws Exception;

    /** A source that has connections and nothing to close. */
    static Source of(Opener opener) {
        return of(opener, () -> {});
    }

    static Source of(Opener opener, AutoCloseable end) {
        return new Source() {
            @Override
            public Connection connection() throws SQLException {
                return opener.open();
            }

            @Override
            public void close() throws Exception {
                end.close();
            }
        };
    }

    /** Opens a connection. */
    interface Opener {
        Connection open() throws SQLException;
    }
}
