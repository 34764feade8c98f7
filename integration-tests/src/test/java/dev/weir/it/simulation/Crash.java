package dev.weir.it.simulation;

import dev.weir.it.load.Connections;
import dev.weir.replicator.source.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/** How a process of the simulation ends without writing anything more. Thread-safe. */
final class Crash {
    private Crash() {}

    /**
     * Ends a store's database at once.
     *
     * @param open a session of an administrator; null if there is none
     * @param another opens one in that case
     */
    static void shutDown(@Nullable Connection open, Connections another) {
        Connection connection = open;
        try {
            if (connection == null || connection.isClosed()) {
                connection = another.open();
            }
            Sessions.execute(connection, "SHUTDOWN IMMEDIATELY");
        } catch (SQLException gone) {
            expect(gone);
        }
        Sessions.closeQuietly(connection);
    }

    /** A database that is gone already says so in these ways. */
    static void expect(SQLException gone) {
        switch (gone.getErrorCode()) {
            case ErrorCode.DATABASE_IS_CLOSED,
                    ErrorCode.OBJECT_CLOSED,
                    ErrorCode.CONNECTION_BROKEN_1,
                    ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1,
                    ErrorCode.IO_EXCEPTION_1,
                    ErrorCode.IO_EXCEPTION_2,
                    ErrorCode.GENERAL_ERROR_1,
                    0 -> {}
            default -> throw new IllegalStateException("A crashed database is not gone", gone);
        }
    }
}
