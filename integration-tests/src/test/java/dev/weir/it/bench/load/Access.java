package dev.weir.it.bench.load;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What one client has of a {@link Way}: where it sends its writing transactions and where its reads. Whoever splits by itself gives the same
 * connection for both. Confined to one thread.
 */
record Access(Connection writing, Connection reading) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
        writing.close();
        if (reading != writing) {
            reading.close();
        }
    }
}
