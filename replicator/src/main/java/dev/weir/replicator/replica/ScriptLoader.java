package dev.weir.replicator.replica;

import dev.weir.replicator.source.Snapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Executes a snapshot's script on an empty store, as a replica should hold it. Confined to one thread. */
final class ScriptLoader implements Snapshot.Sink, AutoCloseable {
    /** How many statements share a transaction; one transaction for all costs H2 twice as much for each row. */
    private static final int STATEMENTS_PER_TRANSACTION = 1_000;

    private final Connection connection;
    private final Statement statement;
    private int uncommitted;

    ScriptLoader(Connection connection) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
        statement.setEscapeProcessing(false);
    }

    @Override
    public void accept(String sql) throws SQLException {
        if (sql.startsWith("INSERT ")) {
            statement.execute(sql);
        } else {
            for (String changed : ReplicaSql.of(sql)) {
                statement.execute(changed);
            }
        }
        if (++uncommitted >= STATEMENTS_PER_TRANSACTION) {
            connection.commit();
            uncommitted = 0;
        }
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
