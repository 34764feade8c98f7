package dev.weir.replicator.replica;

import dev.weir.replicator.source.Sessions;
import dev.weir.replicator.source.Snapshot;
import dev.weir.replicator.store.StoreKeeper;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Executes a snapshot's script on a store, as a replica should hold it, and notes in the store how many statements have been, so that after a crash the rest can follow. Confined to one thread.
 */
final class ScriptLoader implements Snapshot.Sink, AutoCloseable {
    /** How many statements share a transaction; one transaction for all costs H2 twice as much for each row. */
    private static final int STATEMENTS_PER_TRANSACTION = 1_000;

    private final Connection connection;
    private final Statement statement;
    private final SeedMeter meter;
    private final @Nullable StoreKeeper keeper;
    private final long flushNanos;
    private long executed;
    private int uncommitted;
    private long flushedAt = System.nanoTime();

    /**
     * @param executed how many statements of the script the store holds already
     * @param keeper writes the store to the disk; null if it has nothing to keep
     */
    ScriptLoader(
            Connection connection, SeedMeter meter, long executed, @Nullable StoreKeeper keeper, Duration flushInterval)
            throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
        this.meter = meter;
        this.executed = executed;
        this.keeper = keeper;
        this.flushNanos = flushInterval.toNanos();
        statement.setEscapeProcessing(false);
    }

    /** Makes room for the note in an empty store. Commits. */
    static void prepare(Connection connection) throws SQLException {
        Sessions.execute(connection, "CREATE SCHEMA IF NOT EXISTS WEIR");
        Sessions.execute(connection, "CREATE TABLE WEIR.SEED(EXECUTED BIGINT NOT NULL, ROWS_LOADED BIGINT NOT NULL)");
        Sessions.execute(connection, "INSERT INTO WEIR.SEED VALUES (0, 0)");
    }

    /** How many statements, or rows, a store holds that was prepared; -1 if it was not. */
    static long noted(Connection connection, String column) throws SQLException {
        try {
            return Sessions.queryLong(connection, "SELECT " + column + " FROM WEIR.SEED");
        } catch (SQLException e) {
            if (e.getErrorCode() == ErrorCode.TABLE_OR_VIEW_NOT_FOUND_1
                    || e.getErrorCode() == ErrorCode.TABLE_OR_VIEW_NOT_FOUND_DATABASE_EMPTY_1
                    || e.getErrorCode() == ErrorCode.SCHEMA_NOT_FOUND_1
                    || "02000".equals(e.getSQLState())) {
                return -1;
            }
            throw e;
        }
    }

    @Override
    public void accept(String sql) throws SQLException {
        if (sql.startsWith("INSERT ")) {
            statement.execute(sql);
            meter.row();
        } else {
            for (String changed : ReplicaSql.of(sql)) {
                statement.execute(changed);
            }
        }
        executed++;
        if (++uncommitted >= STATEMENTS_PER_TRANSACTION) {
            commit();
        }
    }

    /** Ends the transaction. */
    void commit() throws SQLException {
        StoreKeeper flushed = System.nanoTime() - flushedAt >= flushNanos ? keeper : null;
        if (flushed != null) {
            statement.execute("UPDATE WEIR.SEED SET EXECUTED = " + executed + ", ROWS_LOADED = " + meter.rows());
        }
        connection.commit();
        uncommitted = 0;
        if (flushed != null) {
            flushed.flush();
            flushedAt = System.nanoTime();
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
